import { type GroupSizeJson, groupSize, groupSizeJson } from '#runtime/groups/index.ts'
import { wilson } from './interval.ts'

/** Who was looked at, of whom. Equal: everybody, and what was counted is exact. */
export interface Looked {
  readonly sample: number
  readonly population: number
}

/** How many people: counted, or concluded from a sample. Small groups are not told (ADR 0029). */
export interface Estimate extends GroupSizeJson {
  /** 95 % interval, of a sample alone; an end is null where it would tell a small group. */
  readonly low: number | null
  readonly high: number | null
}

/**
 * @param least Fewer people than so many are not told.
 */
export function estimate(hits: number, { population, sample }: Looked, least: number): Estimate {
  if (sample >= population)
    return { ...groupSizeJson(groupSize(hits, least)), low: null, high: null }
  const { low, high } = wilson(hits, sample)
  const [lowest, highest] = [Math.floor(low * population), Math.ceil(high * population)]
  const size = Math.round((hits / sample) * population)
  // So few of the sample may be nobody or many: what is known is that they are hardly more than the upper end.
  if (hits < least)
    return { size: null, size_below: Math.max(least, highest + 1), low: null, high: null }
  return {
    ...groupSizeJson(groupSize(size, least)),
    low: lowest < least ? null : lowest,
    high: highest,
  }
}
