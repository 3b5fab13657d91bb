import { exampleTime } from './times.ts'
import type { Expected } from './example-schema.ts'

const bound = /^(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)$/i
const rounded = /^~\s*(-?\d+(?:\.(\d+))?)$/

/** Sums of doubles in another order differ in their last bits. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))

/** Moments of a rule lie a millisecond after the threshold; nobody writes that one down. */
export const toleranceMs = 1000

const holds: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b || near(a, b),
  '<=': (a, b) => a <= b || near(a, b),
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}

/** Whether what came is what an author wrote down. `startMs`: what a time such as `4h` counts from. */
export function matches(expected: Expected, actual: unknown, startMs: number): boolean {
  if (Array.isArray(expected)) return matchesRanking(expected, actual, startMs)
  if (typeof expected === 'number') return typeof actual === 'number' && near(actual, expected)
  if (typeof expected !== 'string') return actual === expected
  if (typeof actual === 'number') return matchesNumber(expected, actual)
  if (typeof actual !== 'string') return false
  if (actual === expected) return true
  const time = exampleTime(expected, startMs)
  return time !== undefined && Math.abs(Date.parse(actual) - time) < toleranceMs
}

function matchesNumber(expected: string, actual: number): boolean {
  const [, op, limit] = bound.exec(expected) ?? []
  if (op !== undefined) return holds[op]?.(actual, Number(limit)) ?? false
  const [, written, digits = ''] = rounded.exec(expected) ?? []
  return (
    written !== undefined &&
    Math.abs(actual - Number(written)) <= 0.5 * 10 ** -digits.length * (1 + 1e-9)
  )
}

/** Keys in order; the weights too where they are given. */
function matchesRanking(
  expected: Extract<Expected, readonly unknown[]>,
  actual: unknown,
  startMs: number,
): boolean {
  if (!Array.isArray(actual) || actual.length !== expected.length) return false
  const entries: readonly unknown[] = actual
  return expected.every((wanted, index) => {
    const entry = entries[index]
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [entry]
    const [key, weight] = pair
    if (typeof wanted === 'string') return key === wanted
    return key === wanted[0] && matches(wanted[1], weight, startMs)
  })
}
