import { isFields, own } from '../fields.ts'

/** Reads a value out of a record; undefined: nothing there. */
export type PathReader = (record: unknown) => unknown

const isPlace = (name: string): boolean => /^\d{1,6}$/.test(name)

/**
 * Names joined by dots, digits for a place in a list. What remains of the path wins as a key of its own at each step, so that a
 * column called `order.total` is reached as it is written.
 */
export function compilePath(path: string): PathReader {
  const names = path.split('.')
  const rests = names.map((_, from) => names.slice(from).join('.'))
  const read = (value: unknown, depth: number): unknown => {
    if (depth === names.length) return value
    const rest = rests[depth] ?? ''
    const name = names[depth] ?? ''
    if (Array.isArray(value))
      return isPlace(name) ? read((value as unknown[])[Number(name)], depth + 1) : undefined
    if (!isFields(value)) return undefined
    const whole = own(value, rest)
    return whole === undefined ? read(own(value, name), depth + 1) : whole
  }
  return names.length === 1
    ? (record) => (isFields(record) ? own(record, path) : read(record, 0))
    : (record) => read(record, 0)
}
