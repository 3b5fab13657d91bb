import type { Verdict } from '../verdict/judge.ts'
import { severityIn } from '../watch/assess.ts'

/** Worst first. What nobody knows comes before what is well: it is no `ok`. */
export const standings: readonly Verdict[] = ['critical', 'warn', 'info', 'insufficient_data', 'ok']

export const rankOf = (verdict: Verdict): number => standings.indexOf(verdict)

export const worseOf = (a: Verdict, b: Verdict): Verdict => (rankOf(a) <= rankOf(b) ? a : b)

/** What moved enough to be told of, if it lasts. */
export const isNews = (verdict: Verdict): boolean =>
  verdict !== 'ok' && verdict !== 'insufficient_data'

/** What a row of `drift_metrics` says of its window. */
export const verdictIn = ({ known, severity }: { known: number; severity: string }): Verdict =>
  known === 0 ? 'insufficient_data' : (severityIn(severity) ?? 'ok')
