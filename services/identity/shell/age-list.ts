import type { EpochMs } from '#runtime/event/ids.ts'
import type { Store } from '#runtime/state/index.ts'

type AgeKey = [at: number, linkId: string]

export type AgeStore = Store<AgeKey, null>

/** Evidence in the order in which it grows old, with the uncommitted changes of a flush over it. */
export interface AgeList {
  readonly add: (at: EpochMs, linkId: string) => void
  readonly remove: (at: EpochMs, linkId: string) => void
  readonly until: (until: EpochMs, max: number) => readonly string[]
  write(): void
  committed(): void
}

interface Change {
  readonly key: AgeKey
  readonly there: boolean
}

const compare = ([a, x]: AgeKey, [b, y]: AgeKey): number => a - b || (x < y ? -1 : 1)

export function createAgeList(store: AgeStore): AgeList {
  const changed = new Map<string, Change>()
  /** Nothing on the list is older, so that most records ask nothing of the store. */
  let oldest = Number.NEGATIVE_INFINITY
  const change = (key: AgeKey, there: boolean): void =>
    void changed.set(key.join(' '), { key, there })

  /** The first `max` of the store that are not removed, with those that were added. */
  function first(max: number): readonly AgeKey[] {
    const found: AgeKey[] = []
    for (const key of store.keys({ from: [0, ''], to: [Number.MAX_SAFE_INTEGER, ''] })) {
      if (changed.has(key.join(' '))) continue
      found.push(key)
      if (found.length === max) break
    }
    for (const { key, there } of changed.values()) if (there) found.push(key)
    return found.toSorted(compare).slice(0, max)
  }

  return {
    add(at, linkId) {
      change([at, linkId], true)
      if (at < oldest) oldest = at
    },
    remove: (at, linkId) => change([at, linkId], false),
    until(until, max) {
      if (until < oldest) return []
      const keys = first(max)
      oldest = keys[0]?.[0] ?? Number.POSITIVE_INFINITY
      return keys.filter(([at]) => at <= until).map(([, linkId]) => linkId)
    },
    write() {
      for (const { key, there } of changed.values())
        if (there) store.put(key, null)
        else store.remove(key)
    },
    committed: () => changed.clear(),
  }
}
