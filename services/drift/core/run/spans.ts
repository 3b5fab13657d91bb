import type { Baseline } from '../store/baseline.ts'
import { timeOf } from './sql-time.ts'

const dayMs = 86_400_000
/** The same weekday of so many weeks. */
export const weeks = 4
/** How far back windows are compared with. */
export const recentMs = weeks * 7 * dayMs

/** Which windows one is compared with. Times in milliseconds. */
export interface Spans {
  readonly asOf: number
  readonly windowMs: number
  readonly baseline: Baseline | null
}

/** SQL: whether a window of `drift_snapshots` is compared with; of what `spansOf` gives. What is counted over a window compares with windows as long. */
export const inSpans = `as_of < ${timeOf('as_of')} AND (as_of >= ${timeOf('recent')} OR as_of >= ${timeOf('from')} AND as_of <= ${timeOf('to')})
  AND (window_ms = {window:UInt64} OR shape NOT IN ('count', 'share'))`

export const spansOf = ({
  asOf,
  baseline,
  windowMs,
}: Spans): Readonly<Record<'window' | 'recent' | 'as_of' | 'from' | 'to', number>> => ({
  window: windowMs,
  recent: asOf - recentMs,
  as_of: asOf,
  from: baseline?.from ?? asOf,
  to: baseline?.to ?? asOf,
})
