import { chiSquaredTest } from '../metrics/chi-squared.ts'

export interface Share {
  readonly hits: number
  readonly of: number
}

export interface ShareChange {
  readonly before: number
  readonly after: number
  /** null: both are nothing, or both all. */
  readonly p: number | null
  /** A change that chance gives more than once in a thousand windows may be chance. */
  readonly isChance: boolean
}

const significance = 0.001
/** A point more is a point more, whatever doubles make of 0.03 − 0.02. */
const rounding = 1e-9

/** How a share of something changed; neither is of nothing. */
export function shareChange(reference: Share, current: Share): ShareChange {
  const [before, after] = [reference.hits / reference.of, current.hits / current.of]
  const test = chiSquaredTest(
    [reference.hits, reference.of - reference.hits],
    [current.hits, current.of - current.hits],
  )
  const p = test?.p ?? null
  return { before, after, p, isChance: p === null || p >= significance }
}

/** A growth in units of the one that is news: from 1 on it is. */
export const growthIn = (points: number, { before, after }: ShareChange): number =>
  (after - before) / points + rounding
