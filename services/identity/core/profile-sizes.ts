/** Upper bounds, inclusive, of how many identifiers a profile has; the last class has none. */
const bounds = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000] as const

/** `1`, `2`, `3`, `4-5` … `over 1000`. */
export const sizeClasses: readonly string[] = [
  ...bounds.map((bound, place) => {
    const from = (bounds[place - 1] ?? 0) + 1
    return from === bound ? String(bound) : `${from}-${bound}`
  }),
  `over ${bounds.at(-1)}`,
]

/** Kept by the fold with every component, so that nobody has to count. */
export interface ProfileSizes {
  /** Named by the log and not erased since. */
  identifiers: number
  /** Of those, in profiles of two and more. */
  together: number
  /** Profiles of two and more, by class; the first stays 0. */
  readonly counts: number[]
}

export const noSizes = (): ProfileSizes => ({
  identifiers: 0,
  together: 0,
  counts: sizeClasses.map(() => 0),
})

/** A profile of so many identifiers is there now (`by` 1), or is not any more (-1). */
export function countProfile(sizes: ProfileSizes, size: number, by: 1 | -1): void {
  if (size < 2) return
  const found = bounds.findIndex((bound) => size <= bound)
  const place = found < 0 ? bounds.length : found
  sizes.counts[place] = (sizes.counts[place] ?? 0) + by
  sizes.together += by * size
}

/** How many profiles there are of each class, those of one identifier included. */
export const profilesByClass = (sizes: ProfileSizes): ReadonlyMap<string, number> =>
  new Map(
    sizeClasses.map((name, place) => [
      name,
      place === 0 ? sizes.identifiers - sizes.together : (sizes.counts[place] ?? 0),
    ]),
  )
