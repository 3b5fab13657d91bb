import type { FragmentId } from '#runtime/event/ids.ts'

/**
 * Where large profiles may have come apart since it was last known that their own evidence holds them together. Each part that such a profile
 * fell into has one of its loose ends, so that only these have to be looked at. It follows from the state, and nothing that is decided depends
 * on it: a profile of which it knows nothing is looked through whole.
 */
export interface LooseEnds {
  /** Whether profiles of so many are kept account of. */
  readonly isLarge: (members: number) => boolean
  /** undefined: not known. */
  readonly of: (representative: FragmentId) => ReadonlySet<FragmentId> | undefined
  /** Its evidence was seen to hold it together, or these are its ends. */
  readonly know: (representative: FragmentId, ends?: Iterable<FragmentId>) => void
  /** A member was named by evidence that is gone. */
  readonly loosen: (representative: FragmentId, id: FragmentId) => void
  readonly forget: (representative: FragmentId) => void
}

export interface LooseEndsOptions {
  /** Members up to which a profile is looked through whole each time: that costs less than the account. */
  readonly smallMax: number
}

const productionOptions: LooseEndsOptions = { smallMax: 64 }

/** Profiles that are kept account of. */
export const profilesMax = 1000
/** Ends of one profile: with more of them it is looked through whole. */
export const endsMax = 1000

export function createLooseEnds({ smallMax }: LooseEndsOptions = productionOptions): LooseEnds {
  const known = new Map<FragmentId, Set<FragmentId>>()
  return {
    isLarge: (members) => members > smallMax,
    of: (representative) => known.get(representative),
    know(representative, ends = []) {
      const kept = new Set(ends)
      if (kept.size > endsMax) {
        known.delete(representative)
        return
      }
      if (known.size >= profilesMax && !known.has(representative)) known.clear()
      known.set(representative, kept)
    },
    loosen(representative, id) {
      const ends = known.get(representative)
      if (ends === undefined) return
      ends.add(id)
      if (ends.size > endsMax) known.delete(representative)
    },
    forget: (representative) => void known.delete(representative),
  }
}
