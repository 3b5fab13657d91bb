import type { CheckpointIdentity, StateKeeper } from '#runtime/checkpoint/index.ts'
import type { OffsetRange } from '#runtime/kafka/ports.ts'
import { readClaims } from './claims.ts'
import { type DurableState, type LmdbStateOptions, openLmdbState } from './lmdb-state.ts'

export interface KeptStateDeps {
  readonly keeper: StateKeeper
  /** What the decision log's partition holds now; null: not known. */
  readonly range: () => Promise<OffsetRange | null>
  readonly cluster: string | null
  readonly prefix: string
  /** Of profile.log: the homes that decisions are sent to follow from it. */
  readonly partitions: number
}

/** Opens the linker's state as its keeper finds it: its own, or the checkpoint that goes furthest. */
export function createKeptState({
  keeper,
  range,
  cluster,
  prefix,
  partitions,
}: KeptStateDeps): (options: LmdbStateOptions) => Promise<DurableState> {
  return async (options) => {
    const { directory } = options
    const { topic, topicId, generation, foldVersion } = options.identity
    const identity: CheckpointIdentity = {
      cluster,
      prefix,
      topic,
      topicId,
      generation,
      part: 'identity',
      partitions,
      foldVersion,
    }
    return keeper.open(
      {
        directory,
        identity,
        written: { ...options.identity },
        readClaims,
        range: await range(),
      },
      async (ownership) => openLmdbState({ ...options, ownership }),
    )
  }
}
