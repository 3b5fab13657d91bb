import type { Breach } from './invariants.ts'

/** What a number of histories came to. */
export interface Tally {
  readonly histories: number
  readonly steps: number
  /** Raw records produced, and the events in them. */
  readonly records: number
  readonly events: number
  /** Faults that struck, by kind. */
  readonly struck: Readonly<Record<string, number>>
  /** The most steps that any history needed to come to rest, as a part of what it was allowed. */
  readonly slowest: number
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly seed: number
  readonly breaches: readonly Breach[]
}

export const noTally = (): Tally => ({
  histories: 0,
  steps: 0,
  records: 0,
  events: 0,
  struck: {},
  slowest: 0,
  failures: [],
})

export function addUp(a: Tally, b: Tally): Tally {
  const kinds = new Set([...Object.keys(a.struck), ...Object.keys(b.struck)])
  return {
    histories: a.histories + b.histories,
    steps: a.steps + b.steps,
    records: a.records + b.records,
    events: a.events + b.events,
    struck: Object.fromEntries(
      [...kinds].map((kind) => [kind, (a.struck[kind] ?? 0) + (b.struck[kind] ?? 0)]),
    ),
    slowest: Math.max(a.slowest, b.slowest),
    failures: [...a.failures, ...b.failures].toSorted((x, y) => x.seed - y.seed),
  }
}
