import { quoteText } from '#runtime/clickhouse/quote.ts'
import { type SnapshotRow, snapshotOfRow } from '../store/rows.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { subjectKey } from '../watch/signal.ts'
import { type Asking, ask } from './question.ts'
import { type Past, type PastInput, pastOf, weekdaysOf } from './references.ts'
import { inSpans, spansOf } from './spans.ts'
import { timeOf } from './sql-time.ts'

/** Rows of earlier windows that are in memory at once: of one subject there are 1,344 where windows are hours. */
export const pastRowsMax = 20_000
/** Subjects that one query names, in its text. */
export const subjectsAtOnceMax = 200

/** SQL: whether a distribution of the window is looked at, and not only whether its definition was another one. */
const isCompared = `(has({weekdays:Array(Int64)}, toUnixTimestamp64Milli(as_of)) OR as_of >= ${timeOf('from')} AND as_of <= ${timeOf('to')})`

export interface PastsInput extends PastInput {
  /** Whether quantiles are looked at, which are most of a row. */
  readonly quantiles: boolean
}

/**
 * What the subjects of a window were before, a few of them at a time: whatever is made of a past is all that is kept of it. In their order.
 * @param most Rows that are in memory at once, unless one subject has more.
 */
export function* overPasts<Result>(
  current: readonly Snapshot[],
  input: PastsInput,
  resultOf: (one: Snapshot, past: Past) => Result,
  most = pastRowsMax,
): Asking<ReadonlyMap<string, Result>> {
  const results = new Map<string, Result>()
  const params = { ...spansOf(input), weekdays: weekdaysOf(input) }
  const [windows] = yield* ask<{ n: string }>(
    `SELECT uniqExact(as_of) AS n FROM drift_snapshots WHERE ${inSpans}`,
    params,
  )
  const fitting = Math.floor(most / Math.max(1, Number(windows?.n ?? 0)))
  const atOnce = Math.min(subjectsAtOnceMax, Math.max(1, fitting))
  for (let from = 0; from < current.length; from += atOnce) {
    const some = current.slice(from, from + atOnce)
    const keys = some.map(({ subject: { kind, name } }) => [quoteText(kind), quoteText(name)])
    const names = keys.map(([, name]) => name)
    const rows = yield* ask<SnapshotRow>(
      `SELECT * REPLACE (
         if(shape != 'distribution' OR ${isCompared}, counts, []) AS counts,
         ${input.quantiles ? `if(${isCompared}, grid, [])` : `CAST([], 'Array(Float64)')`} AS grid
       )
       FROM drift_snapshots FINAL PREWHERE name IN (${names.join(', ')})
       WHERE (kind, name) IN (${keys.map((key) => `(${key.join(', ')})`).join(', ')}) AND ${inSpans}`,
      params,
    )
    const past = pastOf(rows.map(snapshotOfRow), input)
    for (const one of some) {
      const key = subjectKey(one.subject)
      results.set(key, resultOf(one, past(key)))
    }
  }
  return results
}
