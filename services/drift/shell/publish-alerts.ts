import type { Producer } from '#runtime/kafka/ports.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { type DriftAlertRecord, driftAlertCodec } from '#runtime/log/drift-alert-record.ts'
import type { AlertRow } from '../core/run/result-rows.ts'

export interface AlertsTopic {
  readonly topic: string
  readonly schemaId: number
}

/** Every alert that a window opened, worsened or closed; key: the subject. Those that nobody is told of say so. */
export async function publishAlerts(
  producer: Pick<Producer, 'send'>,
  { schemaId, topic }: AlertsTopic,
  rows: readonly AlertRow[],
  asOf: number,
): Promise<void> {
  if (rows.length === 0) return
  const records = rows.map((row) => {
    const record = recordOf(row, asOf)
    return {
      key: Buffer.from(record.subject),
      value: Buffer.from(driftAlertCodec.encode(record, schemaId)),
      partition: 0,
    }
  })
  await producer.send([{ topic, records }])
}

const time = (iso: string) => epochMs(Date.parse(iso))

const recordOf = (row: AlertRow, asOf: number): DriftAlertRecord => ({
  subject: `${row.kind}:${row.name}`,
  kind: row.kind,
  status: row.closed_at === null ? 'open' : 'closed',
  severity: row.severity,
  asOf: epochMs(asOf),
  since: time(row.since),
  openedAt: time(row.opened_at),
  closedAt: row.closed_at === null ? null : time(row.closed_at),
  told: row.inhibited === 0 && row.muted === '',
  inhibited: row.inhibited === 1,
  muted: row.muted,
  words: row.words,
  before: row.before,
  after: row.after,
  unit: row.unit,
  causes: row.causes.map(([kind, words]) => ({ kind, words })),
  contributions: row.contributions.map(([bin, before, after, psi]) => ({
    bin,
    before,
    after,
    psi,
  })),
  segments: row.segments,
  owner: row.owner,
  runbook: row.runbook,
})
