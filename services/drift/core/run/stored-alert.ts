import type { Contribution } from './contributions.ts'
import type { AlertRow } from './result-rows.ts'

/** A row of `drift_alerts` as ClickHouse gives it: tuples with names as objects. */
export interface StoredAlert extends Omit<AlertRow, 'causes' | 'contributions'> {
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly contributions: readonly Contribution[]
}

/** A row that was made, as it will be read. */
export const storedAlert = (row: AlertRow): StoredAlert => ({
  ...row,
  causes: row.causes.map(([kind, words]) => ({ kind, words })),
  contributions: row.contributions.map(([bin, before, after, psi]) => ({
    bin,
    before,
    after,
    psi,
  })),
})

/** Nothing upstream explains it, and nobody muted it. */
export const isTold = ({ inhibited, muted }: Pick<AlertRow, 'inhibited' | 'muted'>): boolean =>
  inhibited === 0 && muted === ''
