import type { Scalar } from '#runtime/event/event.ts'
import type { FeatureValue, RefusedValue } from './algebra.ts'

/** Money is counted in integers of 1/10,000 of its currency's unit: Decimal(18,4) without a floating point. */
const unitsPerOne = 10_000
/** Decimal(18,4) holds 18 digits. */
const decimalUnitsMax = 10n ** 18n - 1n

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?$/

/**
 * Integer units of 1e-4, exact for four digits after the point; more are rounded half away from zero, so that a refund reverses a
 * purchase. A single amount beyond 2^53 units (900 billion) is refused.
 */
export function readMoney(value: Scalar | null): number | RefusedValue {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'not_finite'
    const units = Math.sign(value) * Math.round(Math.abs(value) * unitsPerOne)
    return Number.isSafeInteger(units) ? units + 0 : 'too_large'
  }
  const match = typeof value === 'string' ? decimal.exec(value) : null
  const [, sign, whole = '', fraction = ''] = match ?? []
  if (sign === undefined || whole.length + fraction.length === 0) return 'not_a_number'
  const kept = Number(whole + fraction.slice(0, 4).padEnd(4, '0'))
  const units = kept + (fraction.charAt(4) >= '5' ? 1 : 0)
  if (!Number.isSafeInteger(units)) return 'too_large'
  return (sign === '-' ? -units : units) + 0
}

/** As `moneyValue` below, of a whole number that a double holds exactly: several times as fast, and nearly every sum is one. */
export function moneyOfUnits(units: number): FeatureValue {
  const magnitude = Math.abs(units)
  const fraction = magnitude % unitsPerOne
  const whole = (magnitude - fraction) / unitsPerOne
  const text = `${units < 0 ? '-' : ''}${whole}.${String(fraction).padStart(4, '0')}`
  return { kind: 'money', decimal: text, value: Number(text) }
}

/** A whole number of units as money, or `out_of_range` where Decimal(18,4) ends. */
export function moneyValue(units: bigint): FeatureValue {
  const magnitude = units < 0n ? -units : units
  if (magnitude > decimalUnitsMax) return { kind: 'out_of_range' }
  const digits = magnitude.toString().padStart(5, '0')
  const text = `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
  return { kind: 'money', decimal: text, value: Number(text) }
}
