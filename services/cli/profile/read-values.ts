import {
  featureColumn,
  halfLifeColumn,
  refTimeColumn,
  traitColumn,
} from '#schemas/clickhouse/columns.ts'
import type { FeatureView, TraitView } from './profile-view.ts'

export type Columns = ReadonlyMap<string, unknown>

interface Values {
  readonly features: Readonly<Record<string, FeatureView>>
  readonly traits: Readonly<Record<string, TraitView>>
}

/**
 * Features and traits of one person. `shown` is a row of profiles_now or profiles_at: it has the deployed ones, decayed, under their
 * plain names. `stored` is the row of the table beneath it, with reference times.
 */
export function readValues(shown: Columns, stored: Columns): Values {
  const features: [string, FeatureView][] = []
  const traits: [string, TraitView][] = []
  const provenance = new Map(Object.entries(objectOf(shown.get('trait_provenance'))))
  for (const [column, value] of shown) {
    const feature = nameOf(column, stored, featureColumn)
    const trait = nameOf(column, stored, traitColumn)
    if (feature !== null && !features.some(([name]) => name === feature)) {
      features.push([feature, featureOf(feature, value, stored)])
    } else if (trait !== null) {
      traits.push([trait, traitOf(value, provenance.get(trait))])
    }
  }
  return { features: Object.fromEntries(features), traits: Object.fromEntries(traits) }
}

/** The name behind a column of the view: its plain name, or the table's where a fixed column has that. */
function nameOf(
  column: string,
  stored: Columns,
  columnOf: (name: string) => string,
): string | null {
  if (stored.has(columnOf(column)) && !stored.has(column)) return column
  const prefix = columnOf('')
  return column.startsWith(prefix) && stored.has(column) ? column.slice(prefix.length) : null
}

function featureOf(name: string, value: unknown, stored: Columns): FeatureView {
  const refTime = stored.get(refTimeColumn(name))
  const halfLife = stored.get(halfLifeColumn(name))
  const fades = typeof refTime === 'string'
  return {
    value: listed(value),
    // Only what fades has another value at its reference time; a window's column holds all that it will say.
    value_at_ref: listed(fades ? (stored.get(featureColumn(name)) ?? null) : value),
    ref_time: fades ? refTime : null,
    half_life_ms: typeof halfLife === 'string' ? Number(halfLife) : null,
  }
}

/** A top-k or shares as pairs. */
function listed(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((entry: unknown) => {
    const fields = new Map(Object.entries(objectOf(entry)))
    return [fields.get('key'), fields.get('weight') ?? fields.get('share')]
  })
}

function traitOf(value: unknown, from: unknown): TraitView {
  const fields = new Map(Object.entries(objectOf(from)))
  const text = (name: string): string | null => {
    const one: unknown = fields.get(name)
    return typeof one === 'string' ? one : null
  }
  const known = value !== null
  return {
    value,
    source: known ? text('source') : null,
    kind: known ? text('kind') : null,
    party: known ? text('party') : null,
    at: known ? text('at') : null,
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
