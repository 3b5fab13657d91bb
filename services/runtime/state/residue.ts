import { asError, isTributaryError } from '../errors/index.ts'
import { type EpochMs, epochMs } from '../event/ids.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Environment } from './environment.ts'

/** LMDB keeps the pages of what was removed until it needs them: a state that people were taken out of is written anew. */
export interface Rewriting {
  /** Log time from the first removal to the rewriting, which has all that were made until then. */
  readonly afterMs: number
  /** Told of one that found no room: the state goes on as it is, and tries again after the same time. */
  readonly onFailure: (error: Error) => void
}

export const rewritingOf = (afterMs: number, log: Logger): Rewriting => ({
  afterMs,
  onFailure: (error) =>
    log.warn(
      { error: error.message },
      'no room to write the state anew: bytes of what was erased stay in its file until there is',
    ),
})

/** The books of what a file may still hold though nothing refers to it. */
export interface Residue {
  /** Somebody's content was taken away since the last cut. */
  leave(): void
  /** What was taken away until now goes with the next commit. */
  cut(clock: EpochMs): void
  /** Only inside of a commit. */
  write(): void
  /** What was written is committed: writes the file anew when that is due. */
  committed(clock: EpochMs): Promise<void>
  /** Log time of the next rewriting; null: nothing was taken away. */
  due(): EpochMs | null
  /** How long bytes of what was taken away have been in the file, in log time; 0: there are none. */
  ageMs(clock: EpochMs): number
}

const timeCodec = {
  encode: (value: EpochMs): Uint8Array => Buffer.from(String(value)),
  decode: (bytes: Uint8Array): EpochMs => epochMs(Number(Buffer.from(bytes).toString())),
}

/** @param rewriting Left out: the file is never written anew. */
export function createResidue(environment: Environment, rewriting?: Rewriting): Residue {
  const row = environment.store<string, EpochMs>('residue', timeCodec)
  /** Log time of the first removal since the file was written; null: none. */
  let since: EpochMs | null = row.get('since') ?? null
  /** The same, and a rewriting that found no room does not move it. */
  let first = since
  let leaves = false
  let unwritten = false

  const due = (): EpochMs | null =>
    rewriting === undefined || since === null ? null : epochMs(since + rewriting.afterMs)

  async function rewrite({ onFailure }: Rewriting, clock: EpochMs): Promise<void> {
    try {
      await environment.rewrite()
    } catch (error) {
      if (!isTributaryError(error, 'TRB_STATE_FULL')) throw error
      since = clock
      onFailure(asError(error))
      return
    }
    // After a crash before this, the file is written anew once more.
    await environment.commit(() => row.remove('since'))
    since = null
    first = null
  }

  return {
    leave() {
      leaves = true
    },
    cut(clock) {
      if (leaves && since === null) {
        since = clock
        first = clock
        unwritten = true
      }
      leaves = false
    },
    write() {
      if (unwritten && since !== null) row.put('since', since)
      unwritten = false
    },
    async committed(clock) {
      const at = due()
      if (rewriting !== undefined && at !== null && at <= clock) await rewrite(rewriting, clock)
    },
    due,
    ageMs: (clock) => (first === null ? 0 : Math.max(0, clock - first)),
  }
}
