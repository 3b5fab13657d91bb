import { defaultK } from '../feature-kinds.ts'
import type { FeatureDefinition, PipelineDefinition } from '../schema.ts'
import {
  consentBytes,
  keptTextBytesMax,
  rankedBytes,
  stateBytesMax,
  traitBytes,
  unnamedPurposeBytesMax,
  unnamedPurposesMax,
} from '../state-bounds.ts'
import type { Report } from './report.ts'

/** Generous sizes of one state as JSON. */
const plainBytes = 160
/** The name of a source, every letter of it escaped. */
const sourceBytes = 800

/** A sketch of more than 64 values: 1,024 characters, name and time. */
const sketchBytes = 1200
/** A bucket's number and its count, or its sum in some partials. */
const countedBucketBytes = 16
const coinsBucketBytes = 72
/** Doubles of very different sizes take more partials than coins. */
const summedBucketBytes = 240

/** The most that one fragment's state of a feature takes as JSON. */
export function featureBytes({
  currency,
  k,
  kind,
  window,
}: Pick<FeatureDefinition, 'kind' | 'k' | 'window' | 'currency'>): number {
  // One bucket more than the window has is kept.
  const buckets = 1 + Number.parseInt(window ?? '0', 10)
  switch (kind) {
    case 'decayed_topk':
      return rankedBytes(k ?? defaultK)
    case 'distinct':
      return sketchBytes
    case 'window_count':
      return plainBytes + buckets * countedBucketBytes
    case 'window_sum':
      return plainBytes + buckets * (currency === undefined ? summedBucketBytes : coinsBucketBytes)
    case 'decayed_count':
    case 'decayed_sum':
    case 'decayed_mean':
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'last_seen':
    case 'interval':
    case 'rate':
      return plainBytes
    case 'first':
    case 'last':
      return plainBytes + sourceBytes + keptTextBytesMax
    // Read off others: no state.
    case 'ratio':
    case 'expression':
    case 'affinity':
    case 'rfm':
      return 0
    default:
      return kind satisfies never
  }
}

export function stateBytes(definition: PipelineDefinition): number {
  const features = definition.features.reduce((sum, feature) => sum + featureBytes(feature), 0)
  const traits = definition.traits.length * traitBytes(definition.sources.length)
  const named = Object.keys(definition.purposes).length * consentBytes
  const unnamed = unnamedPurposesMax * (consentBytes + unnamedPurposeBytesMax)
  return features + traits + named + unnamed
}

export function checkStateBound(definition: PipelineDefinition, report: Report): void {
  const bytes = stateBytes(definition)
  if (bytes <= stateBytesMax) return
  report.error(
    'state_too_large',
    ['features'],
    `the state of one fragment could take ${Math.ceil(bytes / 1024)} KiB, more than ${stateBytesMax / 1024}`,
    {
      hint: 'fewer or smaller decayed_topk features (each keeps ten times its k), shorter windows',
      atKey: true,
    },
  )
}
