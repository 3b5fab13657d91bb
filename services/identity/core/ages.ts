import type { EpochMs } from '#runtime/event/ids.ts'

/** Evidence by when it was last confirmed: oldest first, equal times by id. */
export interface Ages {
  readonly add: (at: EpochMs, linkId: string) => void
  readonly remove: (at: EpochMs, linkId: string) => void
  /** Those not confirmed since `until`, inclusive, `max` at most. */
  readonly until: (until: EpochMs, max: number) => readonly Aged[]
  readonly clear: () => void
}

export interface Aged {
  readonly at: EpochMs
  readonly linkId: string
}

interface Entry extends Aged {
  isGone: boolean
}

/** Negative when `a` is the older one. */
export const compareAged = (a: Aged, b: Aged): number =>
  a.at - b.at || (a.linkId < b.linkId ? -1 : a.linkId > b.linkId ? 1 : 0)

/** Entries that are gone, and still in the list, at least before it is made anew. */
const goneBeforeSweep = 1024

/**
 * A list in order. Evidence comes in nearly the order of its times, and goes mostly from the front: what is added stands at the end or close to
 * it, and what is removed is passed over when its turn comes.
 */
export function createAges(): Ages {
  let entries: Entry[] = []
  const live = new Map<string, Entry>()
  /** Everything in front of it is gone. */
  let head = 0
  let gone = 0

  const drop = (entry: Entry): void => {
    entry.isGone = true
    live.delete(entry.linkId)
    gone += 1
    if (gone < goneBeforeSweep || gone * 2 < entries.length) return
    entries = entries.filter(({ isGone }) => !isGone)
    head = 0
    gone = 0
  }
  const placeOf = (added: Entry): number => {
    let [from, to] = [head, entries.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const entry = entries[middle]
      if (entry !== undefined && compareAged(entry, added) < 0) from = middle + 1
      else to = middle
    }
    return from
  }

  return {
    add(at, linkId) {
      const before = live.get(linkId)
      if (before?.at === at) return
      if (before !== undefined) drop(before)
      const added: Entry = { at, linkId, isGone: false }
      live.set(linkId, added)
      const last = entries.at(-1)
      if (last === undefined || compareAged(last, added) <= 0) entries.push(added)
      else entries.splice(placeOf(added), 0, added)
    },
    remove(at, linkId) {
      const entry = live.get(linkId)
      if (entry?.at === at) drop(entry)
    },
    until(until, max) {
      while (entries[head]?.isGone === true) head += 1
      const found: Aged[] = []
      for (let place = head; place < entries.length && found.length < max; place += 1) {
        const entry = entries[place]
        if (entry === undefined || entry.at > until) break
        if (!entry.isGone) found.push(entry)
      }
      return found
    },
    clear() {
      entries = []
      live.clear()
      head = 0
      gone = 0
    },
  }
}
