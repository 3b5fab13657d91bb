import type { Producer } from '../kafka/ports.ts'
import { type DriftAlertRecord, driftAlertCodec } from './drift-alert-record.ts'

export interface AlertsTopic {
  readonly topic: string
  readonly schemaId: number
}

/** Records of drift.alerts, all at once; key: the subject. */
export async function sendDriftAlerts(
  producer: Pick<Producer, 'send'>,
  { schemaId, topic }: AlertsTopic,
  alerts: readonly DriftAlertRecord[],
): Promise<void> {
  if (alerts.length === 0) return
  const records = alerts.map((alert) => ({
    key: Buffer.from(alert.subject),
    value: Buffer.from(driftAlertCodec.encode(alert, schemaId)),
    partition: 0,
  }))
  await producer.send([{ topic, records }])
}
