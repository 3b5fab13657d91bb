/** The smallest size that may be shown as it is, unless the pipeline file asks for more: of fewer people each is nearly named. */
export const groupMinDefault = 10

/**
 * How many people a group has: a segment, or those who share a value. No number, so that no sum, share or comparison can be made of a small
 * one by mistake.
 */
export type GroupSize =
  | { readonly kind: 'shown'; readonly size: number }
  /** Fewer than so many, perhaps nobody. */
  | { readonly kind: 'below'; readonly below: number }

/** @param minimum Of the pipeline file in force: `privacy.min_group`. */
export function groupSize(size: number, minimum: number): GroupSize {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RangeError(`${size} is no number of people`)
  const least = Math.max(minimum, groupMinDefault)
  return size < least ? { kind: 'below', below: least } : { kind: 'shown', size }
}

const number = new Intl.NumberFormat('en-US')

/** `1,234`, or `<10`. */
export const groupSizeText = (group: GroupSize): string =>
  group.kind === 'shown' ? number.format(group.size) : `<${number.format(group.below)}`

/** Always both: exactly one of them is a number. `size` null is not zero, it is not told. */
export interface GroupSizeJson {
  readonly size: number | null
  readonly size_below: number | null
}

export const groupSizeJson = (group: GroupSize): GroupSizeJson =>
  group.kind === 'shown'
    ? { size: group.size, size_below: null }
    : { size: null, size_below: group.below }

/**
 * The share of a group that is in another one, too; null where either those who are or those who are not are too few: who knows the size of the whole
 * could count them.
 */
export function groupShare(part: number, whole: number, minimum: number): number | null {
  if (part > whole) throw new RangeError(`${part} of ${whole} people`)
  const [inside, outside] = [groupSize(part, minimum), groupSize(whole - part, minimum)]
  return inside.kind === 'below' || outside.kind === 'below' ? null : part / whole
}
