import type { ReadClaims } from '#runtime/checkpoint/index.ts'
import { jsonCodec, metaCodec } from './codec.ts'
import type { StateIdentity } from './lmdb-state.ts'

/** What a partition's state says of itself, whatever it belongs to. */
export const readClaims: ReadClaims = (environment) => {
  const identity = environment.store('identity', jsonCodec<StateIdentity>()).get('state')
  const meta = environment.store('meta', metaCodec(identity?.generation ?? 0)).get('meta')
  return {
    identity: identity === undefined ? null : { ...identity },
    nextOffset: meta?.nextOffset ?? 0,
    isBetweenRecords: (meta?.nextIndex ?? 0) === 0,
  }
}
