import type { Owned } from '../world/oracle/truth.ts'

/** Where profiles and true people differ, counted in people and profiles. */
export interface Mistakes {
  /** Pairs of people who use one device. */
  readonly deviceSharers: number
  /** Of those pairs, how many have something of their own in one profile. */
  readonly mergedThroughDevice: number
  readonly profiles: number
  /** Profiles with identifiers that only one, and identifiers that only another person uses. */
  readonly ofSeveralPeople: number
  /** Profiles of more than `giantPeople` people. */
  readonly giants: number
  readonly largestIdentifiers: number
  readonly largestPeople: number
}

export const giantPeople = 10

/** `profileOf` gives the profile that an identifier ended up in, or undefined. */
export function countMistakes(
  identifiers: Iterable<Owned>,
  profileOf: (one: Owned) => string | undefined,
): Mistakes {
  const profiles = new Map<string, { identifiers: number; readonly people: Set<number> }>()
  const homesOf = new Map<number, Set<string>>()
  const couples = new Map<string, readonly [number, number]>()
  for (const one of identifiers) {
    const [first, second] = one.people
    if (first !== undefined && second !== undefined)
      couples.set([first, second].toSorted((a, b) => a - b).join(' '), [first, second])
    const profile = profileOf(one)
    if (profile === undefined || first === undefined) continue
    const known = profiles.get(profile) ?? { identifiers: 0, people: new Set<number>() }
    profiles.set(profile, known)
    known.identifiers += 1
    if (second !== undefined) continue
    known.people.add(first)
    homesOf.set(first, (homesOf.get(first) ?? new Set()).add(profile))
  }
  const none: ReadonlySet<string> = new Set()
  const all = [...profiles.values()]
  const most = (of: (one: (typeof all)[number]) => number): number =>
    all.reduce((largest, one) => Math.max(largest, of(one)), 0)
  return {
    deviceSharers: couples.size,
    mergedThroughDevice: [...couples.values()].filter(
      ([a, b]) => !(homesOf.get(a) ?? none).isDisjointFrom(homesOf.get(b) ?? none),
    ).length,
    profiles: all.length,
    ofSeveralPeople: all.filter(({ people }) => people.size > 1).length,
    giants: all.filter(({ people }) => people.size > giantPeople).length,
    largestIdentifiers: most((one) => one.identifiers),
    largestPeople: most(({ people }) => people.size),
  }
}
