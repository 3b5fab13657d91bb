/** Names of the parts (`feature/<id>`, `traits`, `consent`, `seen`) that an event changed, in the order in which it did. */
export type ChangedParts = ReadonlySet<string>

/**
 * A set of parts that grows by steps. Events of one type mostly change the same parts, so each set is made once and is the same object ever
 * after: nothing is made per event, and what follows from a set can be remembered by the set itself.
 */
export interface PartsStep {
  readonly parts: ChangedParts
  with(part: string): PartsStep
}

/** Sets kept; beyond it they are made each time. More than a definition has combinations of event types and traits. */
export const setsMax = 10_000

/** @returns The step at which nothing but `first` has changed. */
export function createPartsSteps(first: string): PartsStep {
  let kept = 0
  const step = (parts: ChangedParts): PartsStep => {
    const next = new Map<string, PartsStep>()
    const self: PartsStep = {
      parts,
      with(part) {
        if (parts.has(part)) return self
        const known = next.get(part)
        if (known !== undefined) return known
        const made = step(new Set([...parts, part]))
        if (kept < setsMax) {
          kept += 1
          next.set(part, made)
        }
        return made
      },
    }
    return self
  }
  return step(new Set([first]))
}
