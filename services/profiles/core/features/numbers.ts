import type { Scalar } from '#runtime/event/event.ts'
import type { RefusedValue } from './algebra.ts'

/** Larger magnitudes are junk (a timestamp, an id): they would drown every other value. */
export const magnitudeMax = 1e15
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/

/** A finite number of at most 1e15 in magnitude; text is taken if it is a plain decimal number. */
export function readNumber(value: Scalar | null): number | RefusedValue {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && decimal.test(value)
        ? Number(value)
        : null
  if (number === null) return 'not_a_number'
  if (!Number.isFinite(number)) return 'not_finite'
  if (Math.abs(number) > magnitudeMax) return 'too_large'
  return number
}
