import { tame } from './tame.ts'

/**
 * One line of JSON with sorted keys, so that two runs compare byte for byte. Maps are objects, dates ISO 8601, missing is null. What a terminal
 * would obey is escaped: it says the same to whoever parses it.
 * @throws RangeError for NaN and infinities, which JSON does not have.
 */
export function toJsonLine(value: unknown): string {
  return tame(`${JSON.stringify(sorted(value))}\n`)
}

function sorted(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`${value} has no place in JSON`)
  }
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  if (value instanceof Date) return value.toISOString()
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const byKey = entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return Object.fromEntries(
    byKey.map(([key, one]): [string, unknown] => [
      String(key),
      one === undefined ? null : sorted(one),
    ]),
  )
}

/** Text of a JSON column; what is none is given as it stands. */
export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}
