import { randomUUID } from 'node:crypto'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import type { GroupGuard } from '#runtime/groups/index.ts'
import { openClickHouse } from './connections.ts'
import { toJsonLine } from './json.ts'
import { ownAccount } from './own-account.ts'
import type { ExitStatus, Terminal } from './terminal.ts'

/** A privileged command that is given. Nothing in it names a customer. */
export interface Privileged {
  /** As it is typed, without its arguments: one of `commands/audited.ts`. */
  readonly command: string
  /** Account that gives it; null: that of this process. */
  readonly by: string | null
  /** In the words of whoever gives it; empty: none were given. */
  readonly reason: string
  /** Ids, counts and names of the pipeline file that are known from the start. */
  readonly details?: object
}

/** `begun` stays where the command died, or could not say how it ended. */
export type AuditOutcome = 'begun' | 'done' | 'found' | 'failed'

/** The entry of a command that is under way. */
export interface AuditTrail {
  /** Keyed hashes of the identifiers concerned. */
  about(subject: readonly string[]): void
  /** Ids and counts, beside what is there. */
  add(details: object): void
  /** For a command that finds its reason itself. */
  because(reason: string): void
  /** For a command that ends without an error and has not done what was asked. */
  failed(): void
  /** Stores what is known so far: before something is done that could not be found otherwise. */
  save(): Promise<void>
  /** Lets a group below the minimum pass for the reason that `--allow-small-group` gave; it is in the entry before anything is shown. */
  smallGroups(override: string | null): GroupGuard
}

export type AuditSink = Pick<ClickHouse, 'insertLines'>

/**
 * Does what a privileged command does between two entries of `audit_log`: that it begins, and how it ended. Where the first can't be
 * written nothing is done.
 * @throws TributaryError of the work; or of ClickHouse, when an entry can't be stored.
 */
export async function audited(
  terminal: Terminal,
  privileged: Privileged,
  work: (trail: AuditTrail) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  terminal.goOnUnread()
  const clickhouse = openClickHouse(terminal)
  try {
    return await auditedIn(clickhouse, terminal.now, privileged, work)
  } finally {
    await clickhouse.close()
  }
}

/** The same, in a table that is given. */
export async function auditedIn(
  sink: AuditSink,
  now: () => Date,
  privileged: Privileged,
  work: (trail: AuditTrail) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const entry = createEntry(sink, now, privileged)
  await entry.write('begun')
  let status: ExitStatus
  try {
    status = await work(entry)
  } catch (error) {
    entry.add({ error: isTributaryError(error) ? error.code : 'TRB_INTERNAL' })
    // What went wrong is what has to be said; that the entry says `begun` is the next best.
    await entry.write('failed').catch(() => undefined)
    throw error
  }
  await entry.write(status === 0 ? 'done' : status === 1 ? 'found' : 'failed').catch(unsaid)
  return status
}

/** For the commands that make an installation, and can't wait for what they make: one entry when all is over. False: there is nowhere to write. */
export async function auditedAfter(
  terminal: Terminal,
  privileged: Privileged,
  outcome: Exclude<AuditOutcome, 'begun'>,
): Promise<boolean> {
  let clickhouse: ClickHouse | null = null
  try {
    clickhouse = openClickHouse(terminal, { requestTimeoutMs: 5000 })
    await createEntry(clickhouse, terminal.now, privileged).write(outcome)
    return true
  } catch (error) {
    if (isTributaryError(error)) return false
    throw error
  } finally {
    await clickhouse?.close()
  }
}

function unsaid(cause: unknown): never {
  if (!isTributaryError(cause)) throw cause
  throw new TributaryError(
    cause.code,
    `what was asked for is done, and audit_log could not be told: ${cause.message}`,
    { cause, hint: 'Its entry says begun. The command need not be given again.' },
  )
}

function createEntry(
  sink: AuditSink,
  now: () => Date,
  { by, command, details: known = {}, reason: given }: Privileged,
): AuditTrail & { write(outcome: AuditOutcome): Promise<void> } {
  const at = now()
  const id = randomUUID()
  const actor = by ?? ownAccount()
  let reason = given
  let subject: readonly string[] = []
  let details = known
  let hasFailed = false
  let version = 0
  const write = async (outcome: AuditOutcome): Promise<void> => {
    const time = now()
    // Two writes of one millisecond: the later one stands.
    version = Math.max(time.getTime(), version + 1)
    const row = {
      at: at.toISOString(),
      audit_id: id,
      version: String(version),
      ended_at: outcome === 'begun' ? null : time.toISOString(),
      command,
      actor,
      reason,
      subject,
      outcome: hasFailed && outcome !== 'begun' ? 'failed' : outcome,
      details: toJsonLine(details).trimEnd(),
    }
    await sink.insertLines(
      'audit_log',
      'JSONEachRow',
      null,
      Buffer.from(`${JSON.stringify(row)}\n`),
    )
  }
  const save = async (): Promise<void> => write('begun')
  const add = (more: object): void => {
    details = { ...details, ...more }
  }
  return {
    write,
    save,
    add,
    about(hashes) {
      subject = hashes
    },
    because(words) {
      reason = words
    },
    failed() {
      hasFailed = true
    },
    smallGroups: (override) => ({
      override,
      async record({ reason: why, sizeBelow }) {
        add({ small_group: { reason: why, size_below: sizeBelow } })
        await save()
      },
    }),
  }
}
