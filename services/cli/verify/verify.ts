import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { compareRows, type Mismatch } from './compare-rows.ts'
import { recompute, type StoredPerson } from './recompute.ts'

export interface VerifyResult {
  readonly checked: number
  /** Events that either `events` or the profile's count lacks. */
  readonly missing: number
  /** Rows of `events` beyond the first of the same event. */
  readonly double: number
  readonly mismatches: readonly Mismatch[]
}

export const nothingChecked: VerifyResult = { checked: 0, missing: 0, double: 0, mismatches: [] }

/** Compares one person's stored row with what the production fold makes of the stored events. */
export function verifyPerson(
  person: StoredPerson,
  definitionOf: (version: string) => CompiledDefinition,
): VerifyResult {
  const { events, row } = person
  const distinct = new Set(
    events.map(({ event_key, fragment_id }) => `${fragment_id} ${event_key}`),
  )
  const recomputed = recompute(person, definitionOf)
  return {
    checked: 1,
    missing: Math.abs(Number(row.get('events')) - distinct.size),
    double: events.length - distinct.size,
    mismatches: compareRows(
      person.profile,
      person.definition.features,
      row,
      new Map<string, unknown>(Object.entries(recomputed)),
    ),
  }
}

export const isFine = ({ double, mismatches, missing }: VerifyResult): boolean =>
  double === 0 && missing === 0 && mismatches.length === 0

export const sumResults = (results: readonly VerifyResult[]): VerifyResult =>
  results.reduce(
    (sum, one) => ({
      checked: sum.checked + one.checked,
      missing: sum.missing + one.missing,
      double: sum.double + one.double,
      mismatches: [...sum.mismatches, ...one.mismatches],
    }),
    nothingChecked,
  )
