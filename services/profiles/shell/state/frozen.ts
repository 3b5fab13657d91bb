import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { Store, ValueCodec } from '#runtime/state/index.ts'
import type { Fragment, PartitionMeta, Profile } from '../../core/state.ts'
import { fragmentCodec, profileCodec } from './codec.ts'

/** A profile with the timer that is persisted for it, which the next commit has to replace. */
export interface Held {
  profile: Profile | null
  persisted: EpochMs | null
}

/** What changed since the last cut. */
export interface Changes {
  readonly fragments: Map<FragmentId, Fragment>
  readonly profiles: Map<ProfileId, Held>
  /** Of the profiles, those that are not persisted yet. */
  readonly created: Set<ProfileId>
}

export const noChanges = (): Changes => ({
  fragments: new Map(),
  profiles: new Map(),
  created: new Set(),
})

export type TimerKey = (number | string)[]

/** Stores whose values are bytes already: what is written was encoded at its cut. */
export interface StateStores {
  readonly fragments: Store<FragmentId, Uint8Array>
  readonly profiles: Store<ProfileId, Uint8Array>
  readonly timers: Store<TimerKey, null>
  readonly meta: Store<string, Uint8Array>
}

/** Changes as bytes: their objects may change again before they are written. */
export interface Frozen {
  readonly fragments: readonly (readonly [FragmentId, Uint8Array])[]
  /** null: removed. */
  readonly profiles: readonly (readonly [ProfileId, Uint8Array | null])[]
  readonly disarmed: readonly TimerKey[]
  readonly armed: readonly TimerKey[]
  readonly meta: Uint8Array
}

/** From here on the timers of the changed profiles count as persisted. */
export function freeze(
  { fragments, profiles, created }: Changes,
  meta: PartitionMeta,
  codec: ValueCodec<PartitionMeta>,
): Frozen {
  const rows: [ProfileId, Uint8Array | null][] = []
  const disarmed: TimerKey[] = []
  const armed: TimerKey[] = []
  for (const [id, held] of profiles) {
    const { profile, persisted } = held
    const timer = profile?.timer ?? null
    if (persisted !== timer) {
      if (persisted !== null) disarmed.push([persisted, id])
      if (timer !== null) armed.push([timer, id])
      held.persisted = timer
    }
    if (profile !== null) rows.push([id, profileCodec.encode(profile)])
    else if (!created.has(id)) rows.push([id, null])
  }
  return {
    fragments: [...fragments].map(([id, fragment]) => [id, fragmentCodec.encode(fragment)]),
    profiles: rows,
    disarmed,
    armed,
    meta: codec.encode(meta),
  }
}

/** Only inside of a commit. */
export function writeFrozen(stores: StateStores, frozen: Frozen): void {
  for (const [id, bytes] of frozen.fragments) stores.fragments.put(id, bytes)
  for (const key of frozen.disarmed) stores.timers.remove(key)
  for (const key of frozen.armed) stores.timers.put(key, null)
  for (const [id, bytes] of frozen.profiles)
    if (bytes === null) stores.profiles.remove(id)
    else stores.profiles.put(id, bytes)
  stores.meta.put('meta', frozen.meta)
}
