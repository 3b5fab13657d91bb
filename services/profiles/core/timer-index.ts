import TinyQueue from 'tinyqueue'
import type { EpochMs, ProfileId } from '#runtime/event/ids.ts'

export interface Timer {
  readonly due: EpochMs
  readonly profile: ProfileId
}

/** The order in which timers fire. */
export const compareTimers = (a: Timer, b: Timer): number =>
  a.due - b.due || (a.profile < b.profile ? -1 : a.profile > b.profile ? 1 : 0)

/** The persisted timers, in firing order, at most `limit` from after `after` (exclusive). */
export type LoadTimers = (after: Timer | null, limit: number) => readonly Timer[]

/**
 * The timers of one partition: what a flush armed or disarmed, over what is persisted. Persisted timers are read in slices as far
 * as the earliest one is needed, so neither a start nor a flush costs anything per profile.
 */
export interface TimerIndex {
  /** The profile's only timer from now on; null: none. */
  arm(profile: ProfileId, due: EpochMs | null): void
  /** The earliest timer, or undefined. */
  next(): Timer | undefined
  /** Whether the profile was armed since the last cut. */
  isArmed(profile: ProfileId): boolean
  /** What was armed until now is being persisted. */
  cut(): void
  /** What was armed until the last cut is persisted: forgets all that can be read again. */
  persisted(): void
}

const sliceSize = 64

export function createTimerIndex(load: LoadTimers): TimerIndex {
  let armed = new Map<ProfileId, EpochMs | null>()
  /** Armed until the cut, and not persisted yet. */
  let frozen: ReadonlyMap<ProfileId, EpochMs | null> = new Map()
  let queue = new TinyQueue<Timer>([], compareTimers)
  /** Every persisted timer up to this one is in the queue; null: none read yet. */
  let horizon: Timer | null = null
  let exhausted = false

  /** What was armed last; undefined: what is persisted holds. */
  function armedTo(profile: ProfileId): EpochMs | null | undefined {
    const due = armed.get(profile)
    return due === undefined ? frozen.get(profile) : due
  }

  function readOn(): void {
    const slice = load(horizon, sliceSize)
    for (const timer of slice) if (armedTo(timer.profile) === undefined) queue.push(timer)
    horizon = slice.at(-1) ?? horizon
    exhausted = slice.length < sliceSize
  }

  /** An entry is stale when its profile was armed anew since. */
  function isCurrent(timer: Timer): boolean {
    const due = armedTo(timer.profile)
    return due === undefined || due === timer.due
  }

  /** Re-arming leaves stale entries behind; without this a long-lived index (memory) would keep them until they are due. */
  function compact(): void {
    const current = new Map<ProfileId, Timer>()
    for (const timer of queue.data) if (isCurrent(timer)) current.set(timer.profile, timer)
    queue = new TinyQueue([...current.values()], compareTimers)
  }

  return {
    isArmed: (profile) => armed.has(profile),
    arm(profile, due) {
      if (armed.get(profile) === due) return
      armed.set(profile, due)
      if (due === null) return
      queue.push({ due, profile })
      if (queue.length > 1024 + 4 * (armed.size + frozen.size)) compact()
    },
    next() {
      for (;;) {
        const top = queue.peek()
        if (
          !exhausted &&
          (top === undefined || horizon === null || compareTimers(top, horizon) > 0)
        )
          readOn()
        else if (top === undefined) return undefined
        else if (isCurrent(top)) return top
        else queue.pop()
      }
    },
    cut() {
      frozen = armed
      armed = new Map()
    },
    persisted() {
      frozen = new Map()
      queue = new TinyQueue<Timer>(timersOf(armed), compareTimers)
      horizon = null
      exhausted = false
    },
  }
}

function timersOf(armed: ReadonlyMap<ProfileId, EpochMs | null>): Timer[] {
  const timers: Timer[] = []
  for (const [profile, due] of armed) if (due !== null) timers.push({ due, profile })
  return timers
}
