import type { EpochMs, FragmentId } from '../event/ids.ts'
import type { Pseudonymiser } from './pseudonym.ts'

/** When an identifier was erased, if it was. */
type Suppressed = (fragment: FragmentId) => EpochMs | undefined

export interface EarlierKeysDeps {
  readonly pseudonymiser: Pseudonymiser
  /** Of keys that were in force before. */
  readonly earlier: readonly Pseudonymiser[]
  /** Knows pseudonyms of every key. */
  readonly suppressed: Suppressed
  /** Hears of each pair that is made: the same value under an earlier key and under the one in force. */
  readonly met?: (was: FragmentId, is: FragmentId) => void
}

/**
 * Pseudonyms under the key in force, screened by what was erased under earlier ones as well: whoever was erased before the key changed is
 * met by her old pseudonym alone. Ask for a pseudonym before asking whether it is suppressed.
 */
export function underEarlierKeys({ pseudonymiser, earlier, suppressed, met }: EarlierKeysDeps): {
  readonly pseudonymiser: Pseudonymiser
  readonly suppressed: Suppressed
} {
  if (earlier.length === 0) return { pseudonymiser, suppressed }
  /** As many as there are suppressions at most. */
  const erased = new Map<FragmentId, EpochMs>()
  return {
    pseudonymiser: {
      fragmentId(type, value) {
        const is = pseudonymiser.fragmentId(type, value)
        for (const one of earlier) {
          const was = one.fragmentId(type, value)
          met?.(was, is)
          const at = suppressed(was)
          if (at !== undefined && at > (erased.get(is) ?? -1)) erased.set(is, at)
        }
        return is
      },
    },
    suppressed(fragment) {
      const own = suppressed(fragment)
      const before = erased.get(fragment)
      if (own === undefined || before === undefined) return own ?? before
      return own > before ? own : before
    },
  }
}
