import type { FeatureKind } from '../feature-kinds.ts'
import { durationMs } from '../schema-parts.ts'

/** By then what an event adds has halved forty times: one part of a million millions, below what is shown. */
export const halfLivesKept = 40

/**
 * How long an event counts for a feature: as long as `events` must hold it, or a rebuild gives another value. `forever`: an event of any age may
 * be what the value rests on. A new kind has to say its own.
 */
export function horizonOf({
  kind,
  half_life: halfLife,
  window,
}: {
  readonly kind: FeatureKind
  readonly half_life?: string | undefined
  readonly window?: string | undefined
}): number | 'forever' {
  const faded = halfLife === undefined ? 'forever' : halfLivesKept * durationMs(halfLife)
  switch (kind) {
    case 'decayed_count':
    case 'decayed_sum':
    case 'decayed_mean':
    case 'decayed_topk':
    case 'rate':
      return faded
    case 'window_count':
    case 'window_sum':
      return window === undefined ? 'forever' : durationMs(window)
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'first':
    case 'last':
    case 'last_seen':
    case 'distinct':
    case 'interval':
      return 'forever'
    // Read off other features, which say theirs.
    case 'ratio':
    case 'expression':
    case 'affinity':
    case 'rfm':
      return 0
    default:
      return kind satisfies never
  }
}
