import type { CheckpointIdentity, StateKeeper } from '#runtime/checkpoint/index.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { readClaims } from './claims.ts'
import { type DurableState, type LmdbStateOptions, openLmdbState } from './lmdb-state.ts'

export interface KeptStateDeps {
  readonly keeper: StateKeeper
  readonly admin: Pick<Admin, 'offsets'>
  readonly cluster: string | null
  readonly prefix: string
}

/** Opens a partition's state as its keeper finds it: its own, or the checkpoint that goes furthest. */
export function createKeptStates({
  keeper,
  admin,
  cluster,
  prefix,
}: KeptStateDeps): (options: LmdbStateOptions) => Promise<DurableState> {
  return async (options) => {
    const { directory } = options
    const { topic, topicId, generation, partition, partitions, foldVersion } = options.identity
    const identity: CheckpointIdentity = {
      cluster,
      prefix,
      topic,
      topicId,
      generation,
      part: partition,
      partitions,
      foldVersion,
    }
    const range = (await admin.offsets(topic)).get(partition) ?? null
    return keeper.open(
      { directory, identity, written: { ...options.identity }, readClaims, range },
      async (ownership) => openLmdbState({ ...options, ownership }),
    )
  }
}
