import { type ErrorCode, isTributaryError, type TributaryError } from '#runtime/errors/index.ts'

/** What comes back by itself. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'TRB_CLICKHOUSE_UNAVAILABLE',
  'TRB_KAFKA_UNAVAILABLE',
])

export interface OutageDeps {
  /** Says what is waited for, and waits a moment. @throws when the command is told to end. */
  readonly pause: (error: TributaryError) => Promise<void>
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  /** How long one outage may last. */
  readonly patienceMs: number
}

/** An attempt that lasted so long had come over the outage before it. */
const recoveredAfterMs = 60_000

/**
 * Tries again while Kafka or ClickHouse is away: a rebuild that ended with them would leave its installation with the channels paused, until somebody
 * starts it again.
 */
export async function throughOutages<T>(
  attempt: (isFirst: boolean) => Promise<T>,
  { now, pause, patienceMs }: OutageDeps,
): Promise<T> {
  let since: number | null = null
  for (let isFirst = true; ; isFirst = false) {
    const begun = now()
    try {
      return await attempt(isFirst)
    } catch (error) {
      if (!isTributaryError(error) || !passing.has(error.code)) throw error
      if (since === null || now() - begun >= recoveredAfterMs) since = now()
      if (now() - since >= patienceMs) throw error
      await pause(error)
    }
  }
}
