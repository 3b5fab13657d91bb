import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import {
  featureColumn,
  firstAtColumn,
  halfLifeColumn,
  refTimeColumn,
} from '#schemas/clickhouse/columns.ts'

export interface Mismatch {
  readonly profile_id: string
  readonly feature: string
  readonly stored: unknown
  readonly recomputed: unknown
}

type Row = ReadonlyMap<string, unknown>

/** Relative; sums of doubles depend on the order of their terms in the last bits. */
const tolerance = 1e-9

/** Features whose stored and recomputed values differ by more than rounding. */
export function compareRows(
  profileId: string,
  features: readonly CompiledFeature[],
  stored: Row,
  recomputed: Row,
): readonly Mismatch[] {
  return features.flatMap((feature) => {
    const a = valueOf(feature, stored, latest(feature, stored, recomputed))
    const b = valueOf(feature, recomputed, latest(feature, stored, recomputed))
    return same(a, b)
      ? []
      : [{ profile_id: profileId, feature: feature.name, stored: a, recomputed: b }]
  })
}

/** The later of both reference times: values are compared as of one time. */
function latest({ name }: CompiledFeature, ...rows: readonly Row[]): number {
  return Math.max(
    ...rows.map((row) => millis(row.get(refTimeColumn(name))) ?? Number.NEGATIVE_INFINITY),
  )
}

function valueOf(feature: CompiledFeature, row: Row, at: number): unknown {
  const value = row.get(featureColumn(feature.name)) ?? null
  switch (feature.shape) {
    case 'decayed':
      return typeof value === 'number' ? value * decay(feature, row, at) : value
    case 'ranked':
      return Array.isArray(value)
        ? value.map((entry) => faded(entry, decay(feature, row, at)))
        : value
    case 'shares':
      return Array.isArray(value) ? value.map((entry) => pairOf(entry, 'key', 'share')) : value
    case 'steps':
      return Array.isArray(value)
        ? value.map((entry) => pairOf(entry, 'from', 'value').map(numberIn))
        : value
    case 'rate':
      return value === null ? null : [Number(value), row.get(firstAtColumn(feature.name))]
    case 'plain':
      return feature.kind === 'first' || feature.kind === 'last' || value === null
        ? value
        : Number(value)
    case 'instant':
      return value
    default:
      return feature.shape satisfies never
  }
}

/** Counts and money come as text. */
const numberIn = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value

function decay({ name }: CompiledFeature, row: Row, at: number): number {
  const refTime = millis(row.get(refTimeColumn(name)))
  const halfLife = Number(row.get(halfLifeColumn(name)))
  return refTime === null ? 1 : 2 ** (-(at - refTime) / halfLife)
}

function faded(entry: unknown, factor: number): readonly unknown[] {
  const [key, weight] = pairOf(entry, 'key', 'weight')
  return [key, Number(weight) * factor]
}

/** The fold writes pairs, a query gives objects. */
function pairOf(entry: unknown, first: string, second: string): readonly unknown[] {
  if (Array.isArray(entry)) return entry
  if (typeof entry !== 'object' || entry === null) return [entry]
  const fields = new Map<string, unknown>(Object.entries(entry))
  return [fields.get(first), fields.get(second)]
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, i) => same(one, b[i]))
  }
  return a === b
}

const millis = (value: unknown): number | null =>
  typeof value === 'string' ? Date.parse(value) : null
