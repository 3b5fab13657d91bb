import type { CompiledFeature, CompiledTrait } from '#runtime/definition/compiled.ts'

/** A generated column of `profiles` and `profile_history`. Names end in the feature's or trait's own name. */
export interface GeneratedColumn {
  readonly name: string
  readonly type: string
  readonly comment: string
}

/**
 * Column of a feature's value: at its reference time for decayed kinds, plain otherwise. A top-k is written as pairs
 * `[key, weight]`, money as a decimal string with four places.
 */
export const featureColumn = (name: string): string => `f_${name}`
/** Column of a decayed feature's reference time. */
export const refTimeColumn = (name: string): string => `f_${name}_ref_time`
/** Column of a decayed feature's half-life in milliseconds, so that an old row decays by the half-life it was made with. */
export const halfLifeColumn = (name: string): string => `f_${name}_half_life_ms`
export const traitColumn = (name: string): string => `t_${name}`

const time = "Nullable(DateTime64(3, 'UTC'))"

const column = (name: string, type: string, comment: string): GeneratedColumn => ({
  name,
  type,
  comment,
})

/** Columns of one feature; every one Nullable (or an empty array), since a profile may never have met it. */
export function featureColumns(feature: CompiledFeature): readonly GeneratedColumn[] {
  const { name, description } = feature
  const decayed = [
    column(refTimeColumn(name), time, `Reference time of ${name}`),
    column(halfLifeColumn(name), 'Nullable(UInt64)', `Half-life of ${name} in milliseconds`),
  ]
  switch (feature.kind) {
    case 'decayed_count':
    case 'decayed_sum':
      return [
        column(
          featureColumn(name),
          'Nullable(Float64)',
          `${description} (value at its reference time)`,
        ),
        ...decayed,
      ]
    case 'decayed_mean':
      return [column(featureColumn(name), 'Nullable(Float64)', description)]
    case 'decayed_topk':
      return [
        column(
          featureColumn(name),
          'Array(Tuple(key String, weight Float64))',
          `${description} (weights at the reference time)`,
        ),
        ...decayed,
      ]
    case 'count':
      return [column(featureColumn(name), 'Nullable(UInt64)', description)]
    case 'sum':
    case 'min':
    case 'max':
      return [
        column(
          featureColumn(name),
          feature.currency === null ? 'Nullable(Float64)' : 'Nullable(Decimal(18, 4))',
          description,
        ),
      ]
    case 'first':
    case 'last':
      return [column(featureColumn(name), 'Nullable(String)', description)]
    case 'last_seen':
      return [column(featureColumn(name), time, description)]
    default:
      return feature.kind satisfies never
  }
}

export function traitColumns(trait: CompiledTrait): readonly GeneratedColumn[] {
  const type = {
    string: 'Nullable(String)',
    number: 'Nullable(Float64)',
    boolean: 'Nullable(Bool)',
  }[trait.type]
  return [{ name: traitColumn(trait.name), type, comment: `Trait ${trait.name}` }]
}
