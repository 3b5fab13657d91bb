/** Whether the registry's "no such id" may be believed. */
export interface Denials {
  /** The registry says now that there is no such id: true when that is to be believed, false when it is to be asked again. */
  heard(id: number): boolean
  /** The registry did not answer. */
  silence(): void
}

/** A registry that was not asked for so long may have been restarted meanwhile. */
const settledForMs = 60_000

/**
 * A registry that has just started denies ids that it has not read yet, and one behind a load balancer may lag behind its leader: a denial is
 * believed when it still holds after `confirmMs`. From then on those of other ids are believed at once, until the registry is silent or was
 * not asked for a while: whoever sends garbage holds up his partition once, not at each record.
 */
export function createDenials(now: () => number, confirmMs: number): Denials {
  const firstAt = new Map<number, number>()
  let settledAt = Number.NEGATIVE_INFINITY
  return {
    heard(id) {
      const at = now()
      const first = firstAt.get(id) ?? at
      const isSettled = at - settledAt < settledForMs
      if (!isSettled && at - first < confirmMs) {
        firstAt.set(id, first)
        return false
      }
      firstAt.clear()
      settledAt = at
      return true
    },
    silence() {
      firstAt.clear()
      settledAt = Number.NEGATIVE_INFINITY
    },
  }
}
