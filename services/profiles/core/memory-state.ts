import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import {
  type Fragment,
  newPartitionMeta,
  type PartitionMeta,
  type PartitionState,
  type Profile,
} from './state.ts'
import { createTimerIndex } from './timer-index.ts'

/** Everything that a partition's state is, as plain data that can be cloned. */
export interface MemoryContents {
  readonly meta: PartitionMeta
  readonly fragments: Map<FragmentId, Fragment>
  readonly profiles: Map<ProfileId, Profile>
  /** scope -> event key -> time */
  readonly events: Map<string, Map<string, EpochMs>>
  /** fragment -> hash of the set -> time */
  readonly links: Map<string, Map<string, EpochMs>>
}

export interface MemoryState extends PartitionState {
  /** The live contents; clone them to keep a checkpoint. */
  readonly contents: MemoryContents
}

export const newMemoryContents = (generation = 0): MemoryContents => ({
  meta: newPartitionMeta(generation),
  fragments: new Map(),
  profiles: new Map(),
  events: new Map(),
  links: new Map(),
})

/** A partition's state on the heap: for tests, simulations and the model. It takes over `contents`. */
export function createMemoryState(contents: MemoryContents = newMemoryContents()): MemoryState {
  const { meta, fragments, profiles, events, links } = contents
  const timers = createTimerIndex(() => [])
  for (const [id, profile] of profiles) if (profile.timer !== null) timers.arm(id, profile.timer)
  /** Ids in order, as long as no profile came or went. */
  let ordered: readonly ProfileId[] | null = null

  return {
    contents,
    meta,
    fragment: (id) => fragments.get(id),
    putFragment(id, fragment) {
      fragments.set(id, fragment)
    },
    profile: (id) => profiles.get(id),
    putProfile(id, profile) {
      if (!profiles.has(id)) ordered = null
      profiles.set(id, profile)
      timers.arm(id, profile.timer)
    },
    deleteProfile(id) {
      if (profiles.delete(id)) ordered = null
      timers.arm(id, null)
    },
    profilesAfter(after, limit) {
      ordered ??= [...profiles.keys()].toSorted()
      const from = after === null ? 0 : firstAbove(ordered, after)
      return ordered.slice(from, from + limit)
    },
    rememberedEvent: (scope, key) => events.get(scope)?.get(key),
    rememberEvent(scope, key, at) {
      remember(events, scope, key, at)
    },
    rememberedLink: (fragment, setHash) => links.get(fragment)?.get(setHash),
    rememberLink(fragment, setHash, at) {
      remember(links, fragment, setHash, at)
    },
    leaveResidue: () => undefined,
    forget(fragment) {
      events.delete(fragment)
      links.delete(fragment)
    },
    expireMemory(limit) {
      const removed = expire(events, meta.eventsForgottenBefore, limit)
      expire(links, meta.linksForgottenBefore, limit - removed)
    },
    nextTimer: () => timers.next(),
  }
}

function remember(
  memory: Map<string, Map<string, EpochMs>>,
  scope: string,
  key: string,
  at: EpochMs,
): void {
  const known = memory.get(scope)
  if (known === undefined) memory.set(scope, new Map([[key, at]]))
  else known.set(key, at)
}

function expire(memory: Map<string, Map<string, EpochMs>>, before: EpochMs, limit: number): number {
  let removed = 0
  for (const [scope, keys] of memory) {
    for (const [key, at] of keys) {
      if (removed >= limit) return removed
      if (at >= before) continue
      keys.delete(key)
      removed++
    }
    if (keys.size === 0) memory.delete(scope)
  }
  return removed
}

/** Index of the first id above `id` in ascending `ids`. */
function firstAbove(ids: readonly ProfileId[], id: ProfileId): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ids[middle] ?? id) > id) high = middle
    else low = middle + 1
  }
  return low
}
