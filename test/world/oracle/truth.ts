import type { LedgerEntry } from '../ledger.ts'

/** How well profiles match true people, over pairs of distinct identifiers. */
export interface IdentityFigures {
  /** Share of the pairs that share a profile and a true person, of those that share a profile. */
  readonly precision: number
  /** Share of the linkable pairs that share a profile. */
  readonly recall: number
  /** Share of all true pairs that share a profile, whether or not anything links them. */
  readonly recallAll: number
  readonly linkablePairs: number
}

/** An identifier and who uses it. */
export interface Owned {
  readonly type: string
  readonly value: string
  /** True people: more than one only for a device that they share. */
  readonly people: ReadonlySet<number>
}

/** Collects from the ledger who each identifier belongs to, and what evidence could link it. */
export interface Truth {
  add(entry: LedgerEntry): void
  identifiers(): Iterable<Owned>
  /** `profileOf` gives the profile that an identifier ended up in, or undefined. */
  compare(profileOf: (type: string, value: string) => string | undefined): IdentityFigures
}

interface Identifier extends Owned {
  readonly people: Set<number>
  /** Union-find over clean evidence; its own key at the root. */
  parent: string
}

const keyOf = (type: string, value: string): string => `${type}\0${value}`
const pairs = (n: number): number => (n * (n - 1)) / 2

export function createTruth(): Truth {
  const identifiers = new Map<string, Identifier>()
  const rootOf = (key: string): string => {
    let at = key
    for (;;) {
      const node = identifiers.get(at)
      if (node === undefined || node.parent === at) return at
      node.parent = identifiers.get(node.parent)?.parent ?? node.parent
      at = node.parent
    }
  }
  return {
    add(entry) {
      if (entry.person === null || entry.fate === 'dead_letter') return
      const keys = entry.identifiers.map(([type, value]) => {
        const key = keyOf(type, value)
        const known = identifiers.get(key) ?? {
          type,
          value,
          people: new Set<number>(),
          parent: key,
        }
        identifiers.set(key, known)
        if (entry.person !== null) known.people.add(entry.person)
        return key
      })
      // An event on a device that others use too is no clean evidence; that others use it is known to the world, not guessed from the stream.
      const clean = entry.sharedDevice ? [] : keys
      const [first] = clean
      for (const key of clean.slice(1)) {
        const node = identifiers.get(rootOf(key))
        if (node !== undefined && first !== undefined) node.parent = rootOf(first)
      }
    },
    identifiers: () => identifiers.values(),
    compare(profileOf) {
      const all = [...identifiers.entries()]
      const located = all.map(([key, node]) => ({
        root: rootOf(key),
        people: node.people,
        profile: profileOf(node.type, node.value),
      }))
      let predicted = 0
      let correct = 0
      for (const group of Map.groupBy(located, (one) => one.profile ?? '').values()) {
        if (group[0]?.profile === undefined) continue
        predicted += pairs(group.length)
        correct += sharedPairs(group)
      }
      const recallOver = (
        groups: Iterable<readonly (typeof located)[number][]>,
      ): { readonly total: number; readonly found: number } => {
        let total = 0
        let found = 0
        for (const group of groups) {
          total += pairs(group.length)
          for (const together of Map.groupBy(group, (one) => one.profile ?? '').values())
            if (together[0]?.profile !== undefined) found += pairs(together.length)
        }
        return { total, found }
      }
      const single = located.filter((one) => one.people.size === 1)
      const linkable = recallOver(Map.groupBy(single, (one) => one.root).values())
      const everything = recallOver(Map.groupBy(single, (one) => [...one.people][0] ?? -1).values())
      return {
        precision: predicted === 0 ? 1 : correct / predicted,
        recall: linkable.total === 0 ? 1 : linkable.found / linkable.total,
        recallAll: everything.total === 0 ? 1 : everything.found / everything.total,
        linkablePairs: linkable.total,
      }
    },
  }
}

/**
 * Pairs of a group that have a true person in common. A pair that has two of them in common is counted for each of both and taken off once:
 * nobody uses an identifier with more than one other, and a group may be as large as the world.
 */
function sharedPairs(group: readonly { readonly people: ReadonlySet<number> }[]): number {
  const ofPerson = new Map<number, number>()
  const ofCouple = new Map<string, number>()
  for (const { people } of group) {
    if (people.size > 2) throw new RangeError('an identifier of more than two people')
    for (const person of people) ofPerson.set(person, (ofPerson.get(person) ?? 0) + 1)
    if (people.size < 2) continue
    const couple = [...people].toSorted((a, b) => a - b).join(' ')
    ofCouple.set(couple, (ofCouple.get(couple) ?? 0) + 1)
  }
  return allPairs(ofPerson.values()) - allPairs(ofCouple.values())
}

const allPairs = (counts: Iterable<number>): number => {
  let total = 0
  for (const n of counts) total += pairs(n)
  return total
}
