/**
 * Row version of everything that a partition's log causes: generation (8 bits), frame offset (40), index in the frame (16), as a
 * decimal string for a ClickHouse UInt64. It never restarts, needs no counter and does not depend on the flush cadence.
 * @throws RangeError when a part does not fit its bits.
 */
export function rowVersion(generation: number, frameOffset: number, indexInFrame: number): string {
  if (generation < 0 || generation >= 2 ** 8)
    throw new RangeError(`generation ${generation} needs more than 8 bits`)
  if (frameOffset < 0 || frameOffset >= 2 ** 40)
    throw new RangeError(`frame offset ${frameOffset} needs more than 40 bits`)
  if (indexInFrame < 0 || indexInFrame >= 2 ** 16)
    throw new RangeError(`index ${indexInFrame} needs more than 16 bits`)
  const low = (frameOffset % 2 ** 24) * 2 ** 16 + indexInFrame
  const high = generation * 2 ** 16 + Math.floor(frameOffset / 2 ** 24)
  return high === 0 ? String(low) : (BigInt(high) * 2n ** 40n + BigInt(low)).toString()
}

/** Where a row's version lies in its partition's log: what `rowVersion` put into it. @throws SyntaxError when it is no number. */
export function placeOfVersion(version: string): {
  readonly generation: number
  readonly offset: number
  readonly index: number
} {
  const bits = BigInt(version)
  return {
    generation: Number(bits >> 56n),
    offset: Number((bits >> 16n) & 0xff_ffff_ffffn),
    index: Number(bits & 0xffffn),
  }
}
