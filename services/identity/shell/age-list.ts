import type { EpochMs } from '#runtime/event/ids.ts'
import type { Store } from '#runtime/state/index.ts'
import { type Aged, compareAged, createAges } from '../core/ages.ts'

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

interface Stored extends Aged {
  readonly offset: number
}

/** Of the store read first: a flush near the log's end forgets a few. Then more at once than one record of the log forgets. */
const readFirst = 20
const readAtOnce = 1000

const keyOf = (at: number, linkId: string): string => `${at} ${linkId}`

export function createAgeList(store: AgeStore): AgeList {
  const changed = new Map<string, Change>()
  const added = createAges()
  /** Nothing on the list is older, so that most records ask nothing of the store. */
  let oldest = Number.NEGATIVE_INFINITY

  /** The store's oldest, read since the last commit; those in front of `passed` are not on the list any more. */
  let read: Stored[] = []
  let passed = 0
  let isReadWhole = false

  function storedAt(place: number): Stored | undefined {
    if (place >= read.length && !isReadWhole) readOn()
    return read[place]
  }
  function readOn(): void {
    const last = read.at(-1)
    const from: AgeKey = last === undefined ? [0, ''] : [last.at, last.linkId]
    const enough = last === undefined ? readFirst : readAtOnce
    let count = 0
    for (const { key, value } of store.entries({ from, to: [Number.MAX_SAFE_INTEGER, ''] })) {
      if (key[0] === last?.at && key[1] === last.linkId) continue
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this list
      read.push({ at: key[0] as EpochMs, linkId: key[1], offset: value })
      count += 1
      if (count === enough) return
    }
    isReadWhole = true
  }
  const isChanged = ({ at, linkId }: Aged): boolean => changed.has(keyOf(at, linkId))

  /** The store's part of the oldest, `max` at most. */
  function stored(until: EpochMs, max: number): readonly Stored[] {
    for (let first = storedAt(passed); first !== undefined; first = storedAt(passed)) {
      if (!isChanged(first)) break
      passed += 1
    }
    const found: Stored[] = []
    for (let place = passed; found.length < max; place += 1) {
      const entry = storedAt(place)
      if (entry === undefined || entry.at > until) break
      if (!isChanged(entry)) found.push(entry)
    }
    return found
  }
  const offsetAdded = ({ at, linkId }: Aged): number => {
    const offset = changed.get(keyOf(at, linkId))?.offset
    if (offset === undefined || offset === null)
      throw new Error('the list of ages contradicts itself')
    return offset
  }

  return {
    add(at, linkId, offset) {
      changed.set(keyOf(at, linkId), { key: [at, linkId], offset })
      added.add(at, linkId)
      if (at < oldest) oldest = at
    },
    remove(at, linkId) {
      changed.set(keyOf(at, linkId), { key: [at, linkId], offset: null })
      added.remove(at, linkId)
    },
    until(until, max) {
      if (until < oldest) return []
      const aged = [
        ...stored(until, max),
        ...added.until(until, max).map((one) => ({ ...one, offset: offsetAdded(one) })),
      ].toSorted(compareAged)
      oldest = aged[0]?.at ?? until + 1
      return aged.slice(0, max).map(({ linkId, offset }) => [linkId, offset])
    },
    write() {
      for (const { key, offset } of changed.values())
        if (offset === null) store.remove(key)
        else store.put(key, offset)
    },
    committed() {
      changed.clear()
      added.clear()
      read = []
      passed = 0
      isReadWhole = false
    },
  }
}
