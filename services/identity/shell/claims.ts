import type { ReadClaims } from '#runtime/checkpoint/index.ts'
import type { StateIdentity } from './lmdb-state.ts'
import { metaCodec, plainCodec } from './state-codec.ts'

/** What a linker's state says of itself, whatever it belongs to. */
export const readClaims: ReadClaims = (environment) => {
  const identity = environment.store('identity', plainCodec<StateIdentity>()).get('state')
  const meta = environment.store('meta', metaCodec(identity?.generation ?? 0)).get('meta')
  return {
    identity: identity === undefined ? null : { ...identity },
    nextOffset: meta?.nextOffset ?? 0,
    isBetweenRecords: true,
  }
}
