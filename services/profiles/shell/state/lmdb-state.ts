import { LRUCache } from 'lru-cache'
import { TributaryError } from '#runtime/errors/index.ts'
import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import {
  createResidue,
  type Environment,
  openEnvironment,
  type Ownership,
  type Rewriting,
} from '#runtime/state/index.ts'
import {
  type Fragment,
  newPartitionMeta,
  type PartitionMeta,
  type PartitionState,
  type Profile,
} from '../../core/state.ts'
import { createTimerIndex, type Timer } from '../../core/timer-index.ts'
import { emptyCodec, fragmentCodec, jsonCodec, metaCodec, profileCodec } from './codec.ts'
import { mergeSlices } from './merge-slices.ts'
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
  /** One transaction with everything since the last commit, the position included. */
  commit(): Promise<void>
  /** Log time from which on a commit also rewrites the store, so that nothing is left of what was taken away; null: nothing was. Left out: it leaves nothing. */
  rewriteDue?(): EpochMs | null
  close(): Promise<void>
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

/** A profile with the timer that is persisted for it, which the next commit has to replace. */
interface Held {
  profile: Profile | null
  persisted: EpochMs | null
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
  const metas = environment.store<string, PartitionMeta>('meta', metaCodec(identity.generation))
  const fragments = environment.store<FragmentId, Fragment>('fragments', fragmentCodec)
  const profiles = environment.store<ProfileId, Profile>('profiles', profileCodec)
  const timerRows = environment.store<(number | string)[], null>('timers', emptyCodec)
  await checkIdentity(environment, identities.get('state'), identity, directory, () =>
    identities.put('state', identity),
  )
  const meta = metas.get('meta') ?? newPartitionMeta(identity.generation)
  const residue = createResidue(environment, rewriting)
  const events = createRemembered(environment, 'events')
  const links = createRemembered(environment, 'links')
  const hotFragments = new LRUCache<FragmentId, Fragment>({ max: hotMax })
  const hotProfiles = new LRUCache<ProfileId, Held>({ max: hotMax })
  const dirtyFragments = new Map<FragmentId, Fragment>()
  const dirtyProfiles = new Map<ProfileId, Held>()
  /** Of the dirty profiles, those that are not persisted yet. */
  const created = new Set<ProfileId>()
  const timers = createTimerIndex((after, limit) => loadTimers(after, limit))

  function loadTimers(after: Timer | null, limit: number): Timer[] {
    const from = after === null ? {} : { from: [after.due, after.profile] }
    const loaded: Timer[] = []
    for (const key of timerRows.keys({ ...from, limit: limit + 1 })) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys that writeProfiles puts
      const [due, profile] = key as [EpochMs, ProfileId]
      if (after === null || due !== after.due || profile !== after.profile)
        loaded.push({ due, profile })
    }
    return loaded.slice(0, limit)
  }

  function held(id: ProfileId): Held | undefined {
    const known = dirtyProfiles.get(id) ?? hotProfiles.get(id)
    if (known !== undefined) return known
    const profile = profiles.get(id)
    if (profile === undefined) return undefined
    const found: Held = { profile, persisted: profile.timer }
    hotProfiles.set(id, found)
    return found
  }

  function change(id: ProfileId, profile: Profile | null): void {
    const before = held(id)
    const persisted = before?.persisted ?? null
    if (before === undefined) created.add(id)
    if (before === undefined || before.profile !== profile || !dirtyProfiles.has(id)) {
      const next = before ?? { profile, persisted }
      next.profile = profile
      dirtyProfiles.set(id, next)
    }
    const timer = profile?.timer ?? null
    if (timer !== persisted || timers.armed.has(id)) timers.arm(id, timer)
  }

  function writeProfiles(): void {
    for (const [id, { profile, persisted }] of dirtyProfiles) {
      const timer = profile?.timer ?? null
      if (persisted !== null && persisted !== timer) timerRows.remove([persisted, id])
      if (timer !== null && persisted !== timer) timerRows.put([timer, id], null)
      if (profile !== null) profiles.put(id, profile)
      else if (!created.has(id)) profiles.remove(id)
    }
  }

  function committed(): void {
    for (const [id, fragment] of dirtyFragments) hotFragments.set(id, fragment)
    for (const [id, entry] of dirtyProfiles) {
      if (entry.profile === null) hotProfiles.delete(id)
      else {
        entry.persisted = entry.profile.timer
        hotProfiles.set(id, entry)
      }
    }
    dirtyFragments.clear()
    dirtyProfiles.clear()
    created.clear()
    events.committed()
    links.committed()
    timers.reset()
  }

  return {
    meta,
    fragment(id) {
      const known = dirtyFragments.get(id) ?? hotFragments.get(id)
      if (known !== undefined) return known
      const fragment = fragments.get(id)
      if (fragment !== undefined) hotFragments.set(id, fragment)
      return fragment
    },
    putFragment(id, fragment) {
      dirtyFragments.set(id, fragment)
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
          ...profiles.keys(from === null ? { limit: count } : { from, limit: count }),
        ],
        isGone: (id) => dirtyProfiles.get(id)?.profile === null,
        created: [...created].filter((id) => dirtyProfiles.get(id)?.profile !== null),
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
    async commit() {
      const stamp = [meta.nextOffset, meta.nextIndex] as const
      await environment.commit(() => {
        for (const [id, fragment] of dirtyFragments) fragments.put(id, fragment)
        writeProfiles()
        events.write(stamp)
        links.write(stamp)
        metas.put('meta', meta)
        residue.write(meta.clock)
      })
      committed()
      await residue.committed(meta.clock)
    },
    rewriteDue: () => residue.due(),
    erasedBytesAgeMs: () => residue.ageMs(meta.clock),
    copyTo: async (target) => environment.copyTo(target),
    close: () => environment.close(),
  }
}

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
