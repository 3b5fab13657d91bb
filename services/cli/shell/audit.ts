import { randomUUID } from 'node:crypto'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { toJsonLine } from './json.ts'

/** A privileged command. Nothing in it names a customer. */
export interface AuditEntry {
  /** As it is typed, without its arguments. */
  readonly command: string
  /** Account that gave it. */
  readonly actor: string
  readonly reason: string
  /** Keyed hashes of the identifiers concerned. */
  readonly subject: readonly string[]
  readonly outcome: 'done' | 'found' | 'failed'
  /** Ids and counts. */
  readonly details: object
}

/** Writes down who did what, when and why. @throws TributaryError when it can't be stored: then the command fails, too. */
export async function writeAudit(
  clickhouse: Pick<ClickHouse, 'insertLines'>,
  at: Date,
  { actor, command, details, outcome, reason, subject }: AuditEntry,
): Promise<void> {
  const row = {
    at: at.toISOString(),
    audit_id: randomUUID(),
    version: String(at.getTime()),
    command,
    actor,
    reason,
    subject,
    outcome,
    details: toJsonLine(details).trimEnd(),
  }
  await clickhouse.insertLines(
    'audit_log',
    'JSONEachRow',
    null,
    Buffer.from(`${JSON.stringify(row)}\n`),
  )
}
