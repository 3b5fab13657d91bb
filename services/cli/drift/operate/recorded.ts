import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { driftKinds } from '#runtime/definition/drift-schema.ts'
import { audited, type AuditTrail } from '../../shell/audit.ts'
import { openClickHouse } from '../../shell/connections.ts'
import { ownAccount } from '../../shell/own-account.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'

export interface Recorded {
  readonly by: string | null
  readonly reason: string
  readonly json: boolean
}

export const accountOf = ({ by }: Recorded): string => by ?? ownAccount()

/** Does what a command changes for all, with ClickHouse at hand, between two entries of `audit_log`. */
export const recordedIn = async (
  terminal: Terminal,
  command: string,
  { by, reason }: Recorded,
  work: (clickhouse: ClickHouse, trail: AuditTrail) => Promise<ExitStatus>,
): Promise<ExitStatus> =>
  audited(terminal, { command, by, reason }, async (trail) =>
    withClickHouse(terminal, (clickhouse) => work(clickhouse, trail)),
  )

export async function withClickHouse<Result>(
  terminal: Terminal,
  work: (clickhouse: ClickHouse) => Promise<Result>,
): Promise<Result> {
  const clickhouse = openClickHouse(terminal)
  try {
    return await work(clickhouse)
  } finally {
    await clickhouse.close()
  }
}

/** @throws TributaryError `TRB_USAGE` for what is no subject. */
export function checkSubject(subject: string): void {
  const kind = subject.slice(0, Math.max(0, subject.indexOf(':')))
  if (driftKinds.some((one) => one === kind) && subject.length > kind.length + 1) return
  throw new TributaryError('TRB_USAGE', `${subject} is no subject`, {
    hint: `Give it as kind:name, such as feature:web_activity; kinds are ${driftKinds.join(', ')}.`,
  })
}

export const notFound = (what: string, list: string): TributaryError =>
  new TributaryError('TRB_NOT_FOUND', `there is no ${what}`, {
    hint: `${list} shows which there are.`,
  })
