import { TributaryError } from '#runtime/errors/index.ts'
import type { DriftAlertRecord } from '#runtime/log/drift-alert-record.ts'
import { sendDriftAlerts } from '#runtime/log/send-drift-alerts.ts'
import { registerAll } from '#runtime/registry/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig } from '../../shell/configuration.ts'
import { openKafka, openRegistry } from '../../shell/connections.ts'
import type { Terminal } from '../../shell/terminal.ts'

/** Sends alerts to drift.alerts, in one go. */
export async function publishAlerts(
  terminal: Terminal,
  alerts: readonly DriftAlertRecord[],
): Promise<void> {
  if (alerts.length === 0) return
  const { prefix } = readKafkaConfig(terminal)
  const schemas = await registerAll(openRegistry(terminal), { prefix, withSources: false })
  const schemaId = schemas.get('drift.alerts')
  if (schemaId === undefined) throw new TributaryError('TRB_INTERNAL', 'drift.alerts has no schema')
  const kafka = openKafka(terminal)
  try {
    const producer = await kafka.producer()
    try {
      const topic = topicName(prefix, 'drift.alerts')
      await sendDriftAlerts(producer, { topic, schemaId }, alerts)
    } finally {
      await producer.close()
    }
  } finally {
    await kafka.close()
  }
}
