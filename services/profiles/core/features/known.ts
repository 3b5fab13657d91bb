import type { EpochMs } from '#runtime/event/ids.ts'
import type { FeatureValue } from './algebra.ts'

/** What may be said of one feature of a profile: the one way in which rows, rules and people read it. */
export type Known =
  /** Its purpose, or that of a feature that it is derived of, isn't given. */
  | { readonly kind: 'withheld' }
  /** Nothing has happened that it reads. */
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'known'
      readonly value: FeatureValue
      /** Newest event that it has seen: the time at which decayed values hold. */
      readonly refAt: EpochMs
      /** First moment at which it is older than its max_age; null: never. */
      readonly staleAt: EpochMs | null
    }
