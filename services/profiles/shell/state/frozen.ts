import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { Store, ValueCodec } from '#runtime/state/index.ts'
import type { Fragment, PartitionMeta, Profile } from '../../core/state.ts'
import type { Names, NumberedName } from './names.ts'

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
  readonly names: Store<number, string>
  readonly meta: Store<string, Uint8Array>
}

/** How the rows of a store are written. */
export interface StateCodecs {
  readonly names: Names
  readonly fragment: ValueCodec<Fragment>
  readonly profile: ValueCodec<Profile>
  readonly meta: ValueCodec<PartitionMeta>
}

/** Changes as bytes: their objects may change again before they are written. */
export interface Frozen {
  readonly fragments: readonly (readonly [FragmentId, Uint8Array])[]
  /** null: removed. */
  readonly profiles: readonly (readonly [ProfileId, Uint8Array | null])[]
  readonly disarmed: readonly TimerKey[]
  readonly armed: readonly TimerKey[]
  /** Those that the rows are the first to have. */
  readonly names: readonly NumberedName[]
  readonly meta: Uint8Array
}

/** From here on the timers of the changed profiles count as persisted. */
export function freeze(
  { fragments, profiles, created }: Changes,
  meta: PartitionMeta,
  codecs: StateCodecs,
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
    if (profile !== null) rows.push([id, codecs.profile.encode(profile)])
    else if (!created.has(id)) rows.push([id, null])
  }
  return {
    fragments: [...fragments].map(([id, fragment]) => [id, codecs.fragment.encode(fragment)]),
    profiles: rows,
    disarmed,
    armed,
    // Behind the rows, whose writing takes them.
    names: codecs.names.taken(),
    meta: codecs.meta.encode(meta),
  }
}

/** Only inside of a commit. */
export function writeFrozen(stores: StateStores, frozen: Frozen): void {
  for (const [number, name] of frozen.names) stores.names.put(number, name)
  for (const [id, bytes] of frozen.fragments) stores.fragments.put(id, bytes)
  for (const key of frozen.disarmed) stores.timers.remove(key)
  for (const key of frozen.armed) stores.timers.put(key, null)
  for (const [id, bytes] of frozen.profiles)
    if (bytes === null) stores.profiles.remove(id)
    else stores.profiles.put(id, bytes)
  stores.meta.put('meta', frozen.meta)
}
