import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import type { Scalar } from '#runtime/event/event.ts'
import type { RefusedValue } from './algebra.ts'
import { readMoney } from './money.ts'
import { readNumber } from './numbers.ts'

/** The number that a decayed feature adds: of money the amount in whole currency units, rounded to 1e-4 like all money. */
export function readAmount(
  value: Scalar | null,
  { currency }: CompiledFeature,
): number | RefusedValue {
  if (currency === null) return readNumber(value)
  const units = readMoney(value)
  return typeof units === 'string' ? units : units / 10_000
}

/** The number that a plain feature keeps: of money the integer of 1e-4 units, so that sums and extremes are exact. */
export const readExact = (
  value: Scalar | null,
  { currency }: CompiledFeature,
): number | RefusedValue => (currency === null ? readNumber(value) : readMoney(value))
