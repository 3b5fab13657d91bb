import { LRUCache } from 'lru-cache'
import { TributaryError } from '#runtime/errors/index.ts'
import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import {
  createResidue,
  type Environment,
  openEnvironment,
  type Ownership,
  type Rewriting,
  type ValueCodec,
} from '#runtime/state/index.ts'
import {
  type Fragment,
  newPartitionMeta,
  type PartitionState,
  type Profile,
} from '../../core/state.ts'
import { createTimerIndex, type Timer } from '../../core/timer-index.ts'
import {
  bytesCodec,
  emptyCodec,
  fragmentCodec,
  jsonCodec,
  metaCodec,
  profileCodec,
} from './codec.ts'
import {
  freeze,
  type Frozen,
  type Held,
  noChanges,
  type StateCodecs,
  type StateStores,
  writeFrozen,
} from './frozen.ts'
import { mergeSlices } from './merge-slices.ts'
import { createNames } from './names.ts'
import { createRemembered } from './remembered.ts'

/** What a state belongs to. A state of anything else is refused, not guessed at. */
export interface StateIdentity {
  readonly topic: string
  /** null: the broker gives no ids. */
  readonly topicId: string | null
  readonly generation: number
  readonly partition: number
  readonly partitions: number
  /** Version of the fold's code: another code could give another state for the same log. */
  readonly foldVersion: number
}

export interface DurableState extends PartitionState {
  /**
   * Fixes what the next commit writes: everything until now, the position included. What changes from here on, and it may, is for the one
   * after. Not while a cut waits for its commit.
   */
  cut(): Cut
  /** One transaction with what was cut; with everything until now, when nothing was. */
  commit(): Promise<void>
  /** Log time from which on a commit also rewrites the store, so that nothing is left of what was taken away; null: nothing was. Left out: it leaves nothing. */
  rewriteDue?(): EpochMs | null
  close(): Promise<void>
}

export interface Cut {
  /** Its commit also rewrites the store: nothing is to be read or changed until it is over. */
  readonly alone: boolean
}

export interface LmdbState extends DurableState {
  /** Writes a compact copy of one commit, the last one or a later one, to `data.mdb` in a directory; commits go on beside it. */
  copyTo(directory: string): Promise<void>
  /** How long bytes of somebody erased have been in its file, in log time. */
  erasedBytesAgeMs(): number
}

export interface LmdbStateOptions {
  readonly directory: string
  readonly identity: StateIdentity
  /** Decoded fragments, and as many profiles, kept in memory. */
  readonly hotMax: number
  /** Of the directory, when the caller owns it already; released by `close`. */
  readonly ownership?: Ownership
  /** Left out: never. */
  readonly rewriting?: Rewriting
}

/**
 * A partition's state in LMDB. What changed since the last commit lies over it; hot objects stay decoded. After an error the object
 * must be closed and opened again: its decoded objects may be half changed.
 * @throws TributaryError TRB_STATE_IN_USE, TRB_STATE_FOREIGN
 */
export async function openLmdbState(options: LmdbStateOptions): Promise<LmdbState> {
  const { directory, ownership } = options
  const environment = openEnvironment(directory, ownership === undefined ? {} : { ownership })
  try {
    return await openIn(environment, options)
  } catch (error) {
    await environment.close()
    throw error
  }
}

async function openIn(
  environment: Environment,
  { directory, identity, hotMax, rewriting }: LmdbStateOptions,
): Promise<LmdbState> {
  const identities = environment.store<string, StateIdentity>('identity', jsonCodec())
  const stores: StateStores = {
    fragments: environment.store('fragments', bytesCodec),
    profiles: environment.store('profiles', bytesCodec),
    timers: environment.store('timers', emptyCodec),
    names: environment.store('names', jsonCodec()),
    meta: environment.store('meta', bytesCodec),
  }
  await checkIdentity(environment, identities.get('state'), identity, directory, () =>
    identities.put('state', identity),
  )
  const codecs = codecsOf(stores, identity.generation)
  const meta =
    decoded(stores.meta.get('meta'), codecs.meta) ?? newPartitionMeta(identity.generation)
  const residue = createResidue(environment, rewriting)
  const events = createRemembered(environment, 'events')
  const links = createRemembered(environment, 'links')
  const hotFragments = new LRUCache<FragmentId, Fragment>({ max: hotMax })
  const hotProfiles = new LRUCache<ProfileId, Held>({ max: hotMax })
  let now = noChanges()
  /** Cut, and not committed yet: bytes are on their way, the objects go on. */
  let before = noChanges()
  let waiting: (Frozen & { readonly clock: EpochMs }) | null = null
  const timers = createTimerIndex((after, limit) => loadTimers(after, limit))
  // One message asks for the same fragment and the same profile again and again.
  const latest: Latest = { fragmentId: null, fragment: undefined, profileId: null, held: undefined }

  function loadTimers(after: Timer | null, limit: number): Timer[] {
    const from = after === null ? {} : { from: [after.due, after.profile] }
    const loaded: Timer[] = []
    for (const key of stores.timers.keys({ ...from, limit: limit + 1 })) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys that a freeze makes
      const [due, profile] = key as [EpochMs, ProfileId]
      if (after === null || due !== after.due || profile !== after.profile)
        loaded.push({ due, profile })
    }
    return loaded.slice(0, limit)
  }

  function fragmentAnew(id: FragmentId): Fragment | undefined {
    const known = now.fragments.get(id) ?? before.fragments.get(id) ?? hotFragments.get(id)
    if (known !== undefined) return known
    const fragment = decoded(stores.fragments.get(id), codecs.fragment)
    if (fragment !== undefined) hotFragments.set(id, fragment)
    return fragment
  }

  function held(id: ProfileId): Held | undefined {
    if (id === latest.profileId) return latest.held
    latest.held = heldAnew(id)
    latest.profileId = id
    return latest.held
  }

  function heldAnew(id: ProfileId): Held | undefined {
    const known = now.profiles.get(id) ?? before.profiles.get(id) ?? hotProfiles.get(id)
    if (known !== undefined) return known
    const profile = decoded(stores.profiles.get(id), codecs.profile)
    if (profile === undefined) return undefined
    const found: Held = { profile, persisted: profile.timer }
    hotProfiles.set(id, found)
    return found
  }

  function change(id: ProfileId, profile: Profile | null): void {
    const known = held(id)
    const persisted = known?.persisted ?? null
    const isChanged = now.profiles.has(id)
    // Also one whose removal is on its way.
    if (known === undefined || (known.profile === null && !isChanged)) now.created.add(id)
    if (known === undefined || known.profile !== profile || !isChanged) {
      const next = known ?? { profile, persisted }
      next.profile = profile
      now.profiles.set(id, next)
      latest.held = next
    }
    const timer = profile?.timer ?? null
    if (timer !== persisted || timers.isArmed(id)) timers.arm(id, timer)
  }

  const isGone = (id: ProfileId): boolean =>
    (now.profiles.get(id) ?? before.profiles.get(id))?.profile === null

  function committed(): void {
    for (const [id, fragment] of before.fragments) hotFragments.set(id, fragment)
    for (const [id, entry] of before.profiles) {
      if (entry.profile === null) hotProfiles.delete(id)
      else hotProfiles.set(id, entry)
    }
    // Entries of profiles that are gone.
    latest.profileId = null
    before = noChanges()
    events.committed()
    links.committed()
    timers.persisted()
  }

  function cut(): Cut {
    if (waiting !== null) throw new Error(`a cut of ${directory} waits for its commit`)
    const { clock } = meta
    const stamp = [meta.nextOffset, meta.nextIndex] as const
    waiting = { ...freeze(now, meta, codecs), clock }
    before = now
    now = noChanges()
    events.cut(stamp)
    links.cut(stamp)
    timers.cut()
    residue.cut(clock)
    return { alone: (residue.due() ?? Infinity) <= clock }
  }

  return {
    meta,
    fragment(id) {
      if (id === latest.fragmentId) return latest.fragment
      latest.fragment = fragmentAnew(id)
      latest.fragmentId = id
      return latest.fragment
    },
    putFragment(id, fragment) {
      now.fragments.set(id, fragment)
      latest.fragment = fragment
      latest.fragmentId = id
    },
    profile: (id) => held(id)?.profile ?? undefined,
    putProfile: change,
    deleteProfile(id) {
      if (held(id) !== undefined) change(id, null)
    },
    profilesAfter(after, limit) {
      return mergeSlices({
        after,
        limit,
        persisted: (from, count) => [
          ...stores.profiles.keys(from === null ? { limit: count } : { from, limit: count }),
        ],
        isGone,
        created: [...before.created, ...now.created].filter((id) => !isGone(id)),
      })
    },
    rememberedEvent: (scope, key) => events.get(scope, key),
    rememberEvent(scope, key, at) {
      events.set(scope, key, at)
    },
    rememberedLink: (fragment, setHash) => links.get(fragment, setHash),
    rememberLink(fragment, setHash, at) {
      links.set(fragment, setHash, at)
    },
    forget(fragment) {
      events.forget(fragment)
      links.forget(fragment)
    },
    leaveResidue: () => residue.leave(),
    expireMemory(limit) {
      const planned = events.expire(meta.eventsForgottenBefore, limit)
      if (planned < limit) links.expire(meta.linksForgottenBefore, limit - planned)
    },
    nextTimer: () => timers.next(),
    cut,
    async commit() {
      if (waiting === null) cut()
      const frozen = waiting
      if (frozen === null) return
      await environment.commit(() => {
        writeFrozen(stores, frozen)
        events.write()
        links.write()
        residue.write()
      })
      waiting = null
      committed()
      await residue.committed(frozen.clock)
    },
    rewriteDue: () => residue.due(),
    erasedBytesAgeMs: () => residue.ageMs(meta.clock),
    copyTo: async (target) => environment.copyTo(target),
    close: () => environment.close(),
  }
}

function codecsOf({ names: stored }: StateStores, generation: number): StateCodecs {
  const names = createNames([...stored.entries({})].map(({ key, value }) => [key, value]))
  return {
    names,
    fragment: fragmentCodec(names),
    profile: profileCodec(names),
    meta: metaCodec(generation),
  }
}

/** The fragment and the profile that were asked for last; undefined: there was none. */
interface Latest {
  fragmentId: FragmentId | null
  fragment: Fragment | undefined
  profileId: ProfileId | null
  held: Held | undefined
}

const decoded = <V>(bytes: Uint8Array | undefined, codec: ValueCodec<V>): V | undefined =>
  bytes === undefined ? undefined : codec.decode(bytes)

async function checkIdentity(
  environment: Environment,
  stored: StateIdentity | undefined,
  wanted: StateIdentity,
  directory: string,
  write: () => void,
): Promise<void> {
  if (stored === undefined) return environment.commit(write)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys does not tell
  const names = Object.keys(wanted) as (keyof StateIdentity)[]
  const differing = names.find((name) => stored[name] !== wanted[name])
  if (differing === undefined) return
  throw new TributaryError(
    'TRB_STATE_FOREIGN',
    `the state in ${directory} has ${differing} ${String(stored[differing])}, this process needs ${String(wanted[differing])}`,
    { context: { directory, field: differing } },
  )
}
