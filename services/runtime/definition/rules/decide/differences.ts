/** `from − to ≤ bound`, or `<`. */
export interface Bound {
  readonly from: string
  readonly to: string
  readonly bound: number
  readonly strict: boolean
}

/** The point from which everything that has a value of its own is measured. */
export const zero = '0'

const key = (from: string, to: string): string => `${from}\n${to}`

/**
 * Whether some values satisfy all bounds at once: there is no cycle of bounds whose sum is below 0, or is 0 with a strict one among them.
 * The shortest paths between all pairs, since a rule compares a handful of things.
 */
export function areConsistent(bounds: readonly Bound[]): boolean {
  const names = [...new Set(bounds.flatMap(({ from, to }) => [from, to]))]
  const shortest = new Map<string, { bound: number; strict: boolean }>()
  const offer = (from: string, to: string, bound: number, strict: boolean): void => {
    const known = shortest.get(key(from, to))
    if (
      known === undefined ||
      bound < known.bound ||
      (bound === known.bound && strict && !known.strict)
    )
      shortest.set(key(from, to), { bound, strict })
  }
  for (const { from, to, bound, strict } of bounds) offer(from, to, bound, strict)
  for (const middle of names)
    for (const from of names) {
      const first = shortest.get(key(from, middle))
      if (first === undefined) continue
      for (const to of names) {
        const second = shortest.get(key(middle, to))
        if (second !== undefined)
          offer(from, to, first.bound + second.bound, first.strict || second.strict)
      }
    }
  return names.every((name) => {
    const round = shortest.get(key(name, name))
    return round === undefined || round.bound > 0 || (round.bound === 0 && !round.strict)
  })
}
