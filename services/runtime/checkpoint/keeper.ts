import type { Clock } from '../lifecycle/index.ts'
import type { Health, Logger, Metrics } from '../telemetry/index.ts'
import type { Ownership } from '../state/index.ts'
import { createCheckpointer } from './checkpointer.ts'
import { createDirectoryCheckpointStore } from './directory-store.ts'
import { prepareState } from './open-state.ts'
import type { CheckpointStore } from './port.ts'
import { createStateReports } from './reports.ts'
import type { WantedState } from './restore.ts'

export interface StateKeeperDeps {
  /** null: no checkpoints; states are looked at all the same. */
  readonly store: CheckpointStore | null
  readonly intervalMs: number
  readonly keep: number
  readonly log: Logger
  readonly metrics: Metrics
  readonly health: Pick<Health, 'register'>
  readonly clock: Clock
}

/** What a state has to be able to do to be kept. */
export interface KeptState {
  commit(): Promise<void>
  close(): Promise<void>
  copyTo(directory: string): Promise<void>
  /** How long bytes of somebody erased have been in its file, in log time; left out: it keeps none. */
  erasedBytesAgeMs?(): number
}

export interface StateKeeper {
  /**
   * Opens a state: its own, or a checkpoint that goes further. From then on it is copied after commits.
   * @throws TributaryError TRB_STATE_IN_USE, TRB_STATE_TOO_OLD
   */
  open<S extends KeptState>(
    wanted: WantedState,
    open: (ownership: Ownership) => Promise<S>,
  ): Promise<S>
  close(): Promise<void>
}

/** The settings that `checkpointVariables` give. */
export interface CheckpointConfig {
  readonly checkpointDir: string | null
  readonly checkpointIntervalMs: number
  readonly checkpointsKept: number
}

/** A keeper as the configuration wants it. */
export const stateKeeperOf = (
  { checkpointDir, checkpointIntervalMs, checkpointsKept }: CheckpointConfig,
  deps: Pick<StateKeeperDeps, 'log' | 'metrics' | 'health' | 'clock'>,
): StateKeeper =>
  createStateKeeper({
    ...deps,
    store: checkpointDir === null ? null : createDirectoryCheckpointStore(checkpointDir),
    intervalMs: checkpointIntervalMs,
    keep: checkpointsKept,
  })

export function createStateKeeper(deps: StateKeeperDeps): StateKeeper {
  const { store, clock } = deps
  const reports = createStateReports(deps)
  const checkpointer = store === null ? null : createCheckpointer({ ...deps, store, reports })
  return {
    async open(wanted, open) {
      const { identity, directory, readClaims } = wanted
      const prepared = await prepareState({ store, reports, clock }, wanted)
      const state = await open(prepared.ownership)
      const watch = checkpointer?.watch({
        identity,
        directory,
        readClaims,
        copyTo: async (target) => state.copyTo(target),
      })
      // A state that never had a copy gets one, though nothing may move it for long.
      if (prepared.source !== 'nothing') watch?.committed()
      const tellErased = (): void =>
        reports.erasedBytesAge(identity.part, (state.erasedBytesAgeMs?.() ?? 0) / 1000)
      tellErased()
      return {
        ...state,
        async commit() {
          await state.commit()
          tellErased()
          watch?.committed()
        },
        async close() {
          watch?.end()
          reports.forget(identity.part)
          await state.close()
        },
      }
    },
    close: async () => checkpointer?.close(),
  }
}
