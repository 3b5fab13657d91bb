import type { CompiledFeature, CompiledTrait } from '#runtime/definition/compiled.ts'

/** A generated column of `profiles` and `profile_history`. Names end in the feature's or trait's own name. */
export interface GeneratedColumn {
  readonly name: string
  readonly type: string
  readonly comment: string
}

/**
 * Column of a feature's value: at its reference time for decayed kinds, plain otherwise. A top-k is written as pairs
 * `[key, weight]`, a window as pairs `[from, value]` (what it says from which moment on), money as a decimal string with four places.
 */
export const featureColumn = (name: string): string => `f_${name}`
/** Column of a decayed feature's reference time. */
export const refTimeColumn = (name: string): string => `f_${name}_ref_time`
/** Column of a decayed feature's half-life in milliseconds, so that an old row decays by the half-life it was made with. */
export const halfLifeColumn = (name: string): string => `f_${name}_half_life_ms`
/** Column of the first event's time, since which a rate is counted. */
export const firstAtColumn = (name: string): string => `f_${name}_first_at`
export const traitColumn = (name: string): string => `t_${name}`

const time = "Nullable(DateTime64(3, 'UTC'))"

const column = (name: string, type: string, comment: string): GeneratedColumn => ({
  name,
  type,
  comment,
})

/** Columns of one feature; every one Nullable (or an empty array), since a profile may never have met it. */
export function featureColumns(feature: CompiledFeature): readonly GeneratedColumn[] {
  const { halfLifeMs, name, unit } = feature
  const description = unit === null ? feature.description : `${feature.description} (${unit})`
  const value = (type: string, how = ''): GeneratedColumn =>
    column(featureColumn(name), type, how === '' ? description : `${description} (${how})`)
  const decayed = [
    column(refTimeColumn(name), time, `Reference time of ${name}`),
    column(
      halfLifeColumn(name),
      'Nullable(UInt64)',
      `Half-life of ${name} in milliseconds, by which the row was made: ${halfLifeMs} in new ones`,
    ),
  ]
  switch (feature.shape) {
    case 'plain':
      return [value(`Nullable(${valueType(feature)})`)]
    case 'instant':
      return [value(time)]
    case 'decayed':
      return [value('Nullable(Float64)', 'value at its reference time'), ...decayed]
    case 'ranked':
      return [
        value('Array(Tuple(key String, weight Float64))', 'weights at the reference time'),
        ...decayed,
      ]
    case 'shares':
      return [value('Array(Tuple(key String, share Float64))')]
    case 'steps':
      return [
        value(
          `Array(Tuple(from DateTime64(3, 'UTC'), value Nullable(${valueType(feature)})))`,
          'from each moment on this value, until the next',
        ),
      ]
    case 'rate':
      return [
        value('Nullable(UInt64)', 'the number of events'),
        column(firstAtColumn(name), time, `Time of the first event of ${name}`),
      ]
    default:
      return feature.shape satisfies never
  }
}

function valueType({ kind, currency }: CompiledFeature): string {
  switch (kind) {
    case 'count':
    case 'distinct':
    case 'window_count':
      return 'UInt64'
    case 'sum':
    case 'min':
    case 'max':
    case 'window_sum':
      return currency === null ? 'Float64' : 'Decimal(18, 4)'
    case 'first':
    case 'last':
    case 'rfm':
      return 'String'
    case 'decayed_count':
    case 'decayed_sum':
    case 'decayed_mean':
    case 'decayed_topk':
    case 'last_seen':
    case 'interval':
    case 'rate':
    case 'ratio':
    case 'expression':
    case 'affinity':
      return 'Float64'
    default:
      return kind satisfies never
  }
}

/** How the newest definition keeps it; rows of an older one may be otherwise. */
const kept = {
  not: '',
  clear: ', plain in profiles and sealed in profile_history',
  sealed: ', sealed',
} as const

export function traitColumns(trait: CompiledTrait): readonly GeneratedColumn[] {
  const type = {
    string: 'Nullable(String)',
    number: 'Nullable(Float64)',
    boolean: 'Nullable(Bool)',
  }[trait.type]
  return [
    {
      name: traitColumn(trait.name),
      type,
      comment: `Trait ${trait.name}${kept[trait.keep ?? 'not']}`,
    },
  ]
}
