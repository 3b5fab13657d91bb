/** Of a share, with 95 % confidence. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054

/**
 * Wilson's score interval of a share: `hits` of `looked`. Holds near 0 and 1 as well, where the plain normal interval has no width. For a
 * sample without replacement it is on the safe side.
 */
export function wilson(hits: number, looked: number): Interval {
  if (looked === 0) return { low: 0, high: 1 }
  const share = hits / looked
  const scale = 1 + z ** 2 / looked
  const middle = (share + z ** 2 / (2 * looked)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / looked + z ** 2 / (4 * looked ** 2))
  // Of none and of all the ends are exact; rounding must not say otherwise.
  return {
    low: hits === 0 ? 0 : Math.max(0, middle - half),
    high: hits === looked ? 1 : Math.min(1, middle + half),
  }
}
