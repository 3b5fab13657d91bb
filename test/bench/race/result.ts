import type { RunFigures } from './lanes/timed-run.ts'
import type { ContestantName } from './lanes/lane.ts'
import type { Machine } from './machine.ts'
import type { PartialSuiteResults } from './suites/suites.ts'
import { median, ratioByRound } from '../statistics.ts'

export interface RoundFigures extends RunFigures {
  readonly round: number
}

export interface ContestantResult {
  /** Medians of its runs; null when it did not run. */
  readonly events_per_second: number | null
  readonly events_per_cpu_second: number | null
  readonly runs: readonly RoundFigures[]
  /** False when a run's values were wrong, or it did not run. */
  readonly valid: boolean
  /** What was wrong, or why it did not run; null: nothing. */
  readonly why: string | null
}

export type Contestants = Readonly<Partial<Record<ContestantName, ContestantResult>>>

/** `events_per_second` and `events_per_cpu_second` of Tributary by those of another contestant, by that one's name. */
export type Ratios = Readonly<Record<string, number | null>>

export const contestantResult = (
  runs: readonly RoundFigures[],
  problems: readonly string[],
): ContestantResult => ({
  events_per_second: runs.length === 0 ? null : median(runs.map((run) => run.events_per_second)),
  events_per_cpu_second:
    runs.length === 0 ? null : median(runs.map((run) => run.events_per_cpu_second)),
  runs,
  valid: runs.length > 0 && problems.length === 0,
  why: problems.length === 0 ? null : [...new Set(problems)].join('; '),
})

/** Of Tributary's runs to everybody else's; of an invalid contestant there are none. */
export function ratiosOf(contestants: Contestants): Ratios {
  const ours = contestants.tributary
  if (ours === undefined || !ours.valid) return {}
  const ratios: Record<string, number | null> = {}
  for (const [name, theirs] of Object.entries(contestants)) {
    if (name === 'tributary' || !theirs.valid) continue
    for (const figure of ['events_per_second', 'events_per_cpu_second'] as const)
      ratios[`tributary_to_${name}.${figure}`] = ratioByRound(
        byRound(ours, figure),
        byRound(theirs, figure),
      )
  }
  return ratios
}

const byRound = (
  { runs }: ContestantResult,
  figure: 'events_per_second' | 'events_per_cpu_second',
): ReadonlyMap<number, number> => new Map(runs.map((run) => [run.round, run[figure]]))

/** What `--json` prints. */
export interface BenchResult {
  readonly events: number
  readonly people: number
  readonly rounds: number
  /** Untimed events before the timed ones of every run. */
  readonly warm_up: number
  readonly machine: Machine
  readonly contestants: Contestants
  readonly ratios: Ratios
  readonly suites: PartialSuiteResults
}
