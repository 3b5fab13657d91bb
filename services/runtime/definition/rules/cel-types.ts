import type { FeatureKind } from '../feature-kinds.ts'

export const celTime = 'google.protobuf.Timestamp'
export const celDuration = 'google.protobuf.Duration'

const featureTypes: Readonly<Record<FeatureKind, string>> = {
  decayed_count: 'double',
  decayed_sum: 'double',
  decayed_mean: 'double',
  decayed_topk: 'list<string>',
  count: 'double',
  sum: 'double',
  min: 'double',
  max: 'double',
  first: 'dyn',
  last: 'dyn',
  last_seen: celTime,
  distinct: 'double',
  window_count: 'double',
  window_sum: 'double',
  interval: 'double',
  rate: 'double',
  ratio: 'double',
  expression: 'double',
  affinity: 'list<string>',
  rfm: 'string',
}

/** The type that CEL's check takes a feature for. */
export const celTypeOf = (kind: FeatureKind): string => featureTypes[kind]
