import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Machine } from '../machine.ts'
import type { BenchResult } from '../result.ts'
import type { SuiteResults } from '../suites/suites.ts'

/** Something that was measured: when, and on what. */
export interface Measured<T> {
  /** ISO date. */
  readonly on: string
  readonly machine: Machine
  readonly result: T
}

export type RaceResult = Pick<
  BenchResult,
  'events' | 'people' | 'rounds' | 'warm_up' | 'contestants' | 'ratios'
>

/** The newest of everything that was measured, whichever run it was in: what docs/bench.md is made of. */
export interface BenchRecord {
  readonly race: Measured<RaceResult> | null
  readonly suites: { readonly [Name in keyof SuiteResults]?: Measured<SuiteResults[Name]> }
}

export const nothing: BenchRecord = { race: null, suites: {} }

const recordSchema = z.custom<BenchRecord>(
  (value) => typeof value === 'object' && value !== null && 'race' in value && 'suites' in value,
  'not a record of the bench',
)

/** @throws ZodError for a file that is something else. */
export const readRecord = (file: string): BenchRecord =>
  existsSync(file) ? recordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : nothing

/** What a run measured takes the place of what was known of it; the rest stays as it was. */
export function recordWith(
  known: BenchRecord,
  { contestants, events, machine, people, ratios, rounds, suites, warm_up }: BenchResult,
  on: string,
): BenchRecord {
  const raced = Object.keys(contestants).length > 0
  const race = { on, machine, result: { events, people, rounds, warm_up, contestants, ratios } }
  return {
    race: raced ? race : known.race,
    suites: {
      ...known.suites,
      ...Object.fromEntries(
        Object.entries(suites).map(([name, result]) => [name, { on, machine, result }]),
      ),
    },
  }
}
