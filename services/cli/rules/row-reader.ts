import type { CompiledDefinition, ProfileReader, Reading } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { ShownColumn } from './columns.ts'

/** A row of `profiles_now`, by column. */
export type ShownRow = Readonly<Record<string, unknown>>

const absent: Reading = { kind: 'absent' }
const unknown: Reading = { kind: 'constant', value: false, staleAt: epochMs(-Infinity) }

/**
 * What rules read of a row of `profiles_now`, at the moment to which it is decayed and at no other. `at`: that moment. Of features with a `max_age`
 * rows don't say how old they are: `cannotRead` tells which rules they can't answer.
 */
export function readerOf(
  row: ShownRow,
  columns: ReadonlyMap<string, ShownColumn>,
  { featureByName, traitByName }: CompiledDefinition,
  at: EpochMs,
): ProfileReader {
  const given = givenPurposes(row)
  const read = (name: string): Reading => {
    const column = columns.get(name)
    return column === undefined ? absent : readingOf(row[column.column], column.comparable)
  }
  return {
    feature(name) {
      const feature = featureByName.get(name)
      if (feature === undefined) return absent
      if (!given.has(feature.purpose)) return unknown
      const reading = read(name)
      const { maxAgeMs } = feature
      return reading.kind === 'instant' && maxAgeMs !== null && at >= reading.at + maxAgeMs
        ? unknown
        : reading
    },
    trait(name) {
      const trait = traitByName.get(name)
      if (trait === undefined) return absent
      return given.has(trait.purpose) ? read(`traits.${name}`) : unknown
    },
  }
}

/** Purposes that somebody agreed to, or that have another basis. */
export const givenPurposes = (row: ShownRow): ReadonlySet<string> =>
  new Set(
    Object.entries(objectOf(row['consent'])).flatMap(([purpose, state]) =>
      state === 'given' || state === 'basis' ? [purpose] : [],
    ),
  )

function readingOf(value: unknown, comparable: ShownColumn['comparable']): Reading {
  if (value === null || value === undefined) return absent
  switch (comparable) {
    case 'number': {
      const number = Number(value)
      return Number.isFinite(number) ? { kind: 'constant', value: number, staleAt: null } : absent
    }
    case 'moment':
      return typeof value === 'string'
        ? { kind: 'instant', at: epochMs(Date.parse(value)), staleAt: null }
        : absent
    case 'label':
      return typeof value === 'string' || typeof value === 'boolean'
        ? { kind: 'constant', value, staleAt: null }
        : absent
    case 'keys':
      return { kind: 'ranked', keys: keysOf(value), staleAt: null }
    default:
      return comparable satisfies never
  }
}

const keysOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).map((entry: unknown) => String(objectOf(entry)['key']))

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** Why rules that read these names can't be answered from rows; null: they can. */
export function cannotRead(
  reads: { readonly readsFeatures: readonly string[]; readonly readsTraits: readonly string[] },
  columns: ReadonlyMap<string, ShownColumn>,
  { featureByName, traitByName }: CompiledDefinition,
): string | null {
  for (const name of reads.readsFeatures) {
    const column = columns.get(name)
    if (column === undefined) return `${name} has no column yet`
    if (column.comparable !== 'moment' && featureByName.get(name)?.maxAgeMs !== null)
      return `${name} has a max_age, and rows don't say how old it is`
  }
  for (const name of reads.readsTraits) {
    if (!columns.has(`traits.${name}`)) return `traits.${name} has no column yet`
    if (traitByName.get(name)?.maxAgeMs !== null)
      return `traits.${name} has a max_age, and rows don't say when another value takes its place`
  }
  return null
}
