/** A span of snapshots that a run compares with: a row of `drift_baselines`. Times in milliseconds. */
export interface Baseline {
  readonly id: string
  /** In which windows are counted while it is in force. */
  readonly edgesId: string
  readonly from: number
  readonly to: number
  readonly createdAt: number
  readonly pinnedAt: number | null
  readonly by: string
  readonly reason: string
}

/** The one pinned last, of those that were pinned by then. null: none was. */
export function inForce(baselines: readonly Baseline[], at: number): Baseline | null {
  let newest: Baseline | null = null
  for (const one of baselines)
    if (
      one.pinnedAt !== null &&
      one.pinnedAt <= at &&
      (newest?.pinnedAt ?? Number.NEGATIVE_INFINITY) < one.pinnedAt
    )
      newest = one
  return newest
}

/** Days of a baseline. */
export const baselineDays = 28
