import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isTributaryError, TributaryError } from '../errors/index.ts'
import type { EpochMs } from '../event/ids.ts'
import type { Clock } from '../lifecycle/index.ts'
import { type Ownership, ownDirectory } from '../state/index.ts'
import { dataName } from './directory-store.ts'
import type { CheckpointStore } from './port.ts'
import type { StateReports, StateSource } from './reports.ts'
import { restoreNewest, type WantedState } from './restore.ts'
import { claimsOf, foreignField } from './state-claims.ts'

export interface PrepareDeps {
  /** null: there are no checkpoints. */
  readonly store: CheckpointStore | null
  readonly reports: StateReports
  readonly clock: Pick<Clock, 'now'>
}

export interface PreparedState {
  /** Of the directory: for whoever opens it now. */
  readonly ownership: Ownership
  readonly source: StateSource
  readonly nextOffset: number
}

/**
 * Makes a state directory hold the newest state that fits: its own, or a checkpoint that goes further. What is damaged or belongs to something
 * else is moved aside, reported, and never opened. With neither, the state is built from the log's start, if the log still has it.
 * @throws TributaryError TRB_STATE_IN_USE, TRB_STATE_TOO_OLD, TRB_STATE_FULL
 */
export async function prepareState(deps: PrepareDeps, wanted: WantedState): Promise<PreparedState> {
  const { part } = wanted.identity
  const ownership = ownDirectory(wanted.directory)
  try {
    const local = await localOffset(deps, wanted)
    const restored =
      deps.store === null
        ? null
        : await restoreNewest({ ...deps, store: deps.store }, wanted, local ?? -1)
    const nextOffset = restored ?? local ?? 0
    const source = restored !== null ? 'checkpoint' : local === null ? 'nothing' : 'local'
    refuseTooOld(deps, wanted, { nextOffset, source })
    deps.reports.opened(part, source, nextOffset)
    return { ownership, source, nextOffset }
  } catch (error) {
    ownership.release()
    throw error
  }
}

/** null: there is none that may be used. */
async function localOffset(deps: PrepareDeps, wanted: WantedState): Promise<number | null> {
  const { directory, written, readClaims, identity } = wanted
  try {
    const claims = await claimsOf(directory, readClaims, { readOnly: false })
    if (claims === null || claims.identity === null) return null
    const field = foreignField(claims.identity, written)
    if (field === null) return claims.nextOffset
    throw new TributaryError('TRB_STATE_FOREIGN', `the state in ${directory} ${field}`, {
      context: { directory },
    })
  } catch (error) {
    if (!isTributaryError(error) || isTributaryError(error, 'TRB_STATE_FULL')) throw error
    deps.reports.quarantined(identity.part, error, moveAside(directory, deps.clock.now()))
    return null
  }
}

/** Beside the state's own directory, whose lock stays where it is. Never deleted: it may be all that is left of something. */
function moveAside(directory: string, now: EpochMs): string {
  const aside = `${directory}.quarantine-${new Date(now).toISOString().replaceAll(':', '')}`
  mkdirSync(aside, { recursive: true })
  renameSync(join(directory, dataName), join(aside, dataName))
  rmSync(join(directory, 'lock.mdb'), { force: true })
  return aside
}

function refuseTooOld(
  { store }: PrepareDeps,
  { identity, range }: WantedState,
  { nextOffset, source }: { readonly nextOffset: number; readonly source: StateSource },
): void {
  if (range === null || nextOffset >= range.low) return
  const from = {
    local: 'its state directory goes',
    checkpoint: 'its newest checkpoint goes',
    nothing: 'there is neither state nor checkpoint, so it goes',
  }[source]
  const way =
    store === null
      ? 'Set TRIBUTARY_CHECKPOINT_DIR to where checkpoints were written'
      : `Put a checkpoint of offset ${range.low} or later into ${store.describe(identity)}`
  throw new TributaryError(
    'TRB_STATE_TOO_OLD',
    `the log of ${identity.topic} ${identity.part} starts at offset ${range.low}; ${from} up to ${nextOffset}`,
    {
      hint: `${way} and restart, or rebuild into a new generation.`,
      context: { needed: nextOffset, low: range.low },
    },
  )
}
