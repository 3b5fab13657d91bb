import type { EpochMs } from '#runtime/event/ids.ts'
import type { Store } from '#runtime/state/index.ts'

type AgeKey = [at: number, linkId: string]

export type AgeStore = Store<AgeKey, number>

/** Evidence in the order in which it grows old, with the uncommitted changes of a flush over it. */
export interface AgeList {
  readonly add: (at: EpochMs, linkId: string, offset: number) => void
  readonly remove: (at: EpochMs, linkId: string) => void
  /** With the offset of each. */
  readonly until: (
    until: EpochMs,
    max: number,
  ) => readonly (readonly [linkId: string, offset: number])[]
  write(): void
  committed(): void
}

interface Change {
  readonly key: AgeKey
  /** Of the evidence; null: it is not on the list any more. */
  readonly offset: number | null
}

type Aged = readonly [AgeKey, offset: number]

const compare = ([[a, x]]: Aged, [[b, y]]: Aged): number => a - b || (x < y ? -1 : 1)

export function createAgeList(store: AgeStore): AgeList {
  const changed = new Map<string, Change>()
  /** Nothing on the list is older, so that most records ask nothing of the store. */
  let oldest = Number.NEGATIVE_INFINITY
  const change = (key: AgeKey, offset: number | null): void =>
    void changed.set(key.join(' '), { key, offset })

  /** The first `max` of the store that are not removed, with those that were added. */
  function first(max: number): readonly Aged[] {
    const found: Aged[] = []
    for (const { key, value } of store.entries({
      from: [0, ''],
      to: [Number.MAX_SAFE_INTEGER, ''],
    })) {
      if (changed.has(key.join(' '))) continue
      found.push([key, value])
      if (found.length === max) break
    }
    for (const { key, offset } of changed.values()) if (offset !== null) found.push([key, offset])
    return found.toSorted(compare).slice(0, max)
  }

  return {
    add(at, linkId, offset) {
      change([at, linkId], offset)
      if (at < oldest) oldest = at
    },
    remove: (at, linkId) => change([at, linkId], null),
    until(until, max) {
      if (until < oldest) return []
      const aged = first(max)
      oldest = aged[0]?.[0][0] ?? Number.POSITIVE_INFINITY
      return aged
        .filter(([[at]]) => at <= until)
        .map(([[, linkId], offset]): readonly [string, number] => [linkId, offset])
    },
    write() {
      for (const { key, offset } of changed.values())
        if (offset === null) store.remove(key)
        else store.put(key, offset)
    },
    committed: () => changed.clear(),
  }
}
