import type { Subject } from '../watch/signal.ts'

export type Shape = 'distribution' | 'count' | 'share' | 'freshness' | 'set' | 'fact'

/** What one run measured of one subject, as it is stored: a row of `drift_snapshots`. */
export interface Snapshot {
  /** Milliseconds, as all times here. */
  readonly asOf: number
  readonly subject: Subject
  readonly shape: Shape
  /** Empty: no distribution, or one of too few to freeze edges of. */
  readonly edgesId: string
  readonly counts: readonly number[]
  readonly rows: number
  readonly nulls: number
  readonly zeros: number
  readonly fresh: number
  readonly mean: number | null
  readonly sd: number | null
  /** Quantiles at `gridLevels`, ascending; empty: too few, or no numbers. */
  readonly grid: readonly number[]
  readonly meaning: string
}

const gridPoints = 100

/** The middles of a hundred parts: neither the smallest nor the largest value, which would be one person's. */
export const gridLevels: readonly number[] = Array.from(
  { length: gridPoints },
  (_, index) => (index + 0.5) / gridPoints,
)

const nothing = {
  edgesId: '',
  counts: [],
  rows: 0,
  nulls: 0,
  zeros: 0,
  fresh: 0,
  mean: null,
  sd: null,
  grid: [],
  meaning: '',
} as const

export const snapshot = (
  asOf: number,
  subject: Subject,
  shape: Shape,
  values: Partial<Snapshot>,
): Snapshot => ({ ...nothing, ...values, asOf, subject, shape })

export const countOf = (asOf: number, subject: Subject, n: number, meaning = ''): Snapshot =>
  snapshot(asOf, subject, 'count', { counts: [n], rows: n, meaning })

export const shareOf = (asOf: number, subject: Subject, hits: number, of: number): Snapshot =>
  snapshot(asOf, subject, 'share', { counts: [hits, of], rows: of })
