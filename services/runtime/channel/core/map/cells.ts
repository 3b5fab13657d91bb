import type { Scalar } from '../../../event/event.ts'
import { isScalar } from '../fields.ts'
import { type Rejection, reject } from '../outcome.ts'

export type CellType = 'string' | 'number' | 'boolean'

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  1: true,
  false: false,
  no: false,
  n: false,
  0: false,
}

/** A value as the map's type wants it; undefined: the cell is empty. Numbers have a point and no separators of thousands. */
export function readCell(
  value: unknown,
  type: CellType | undefined,
  name: string,
): Scalar | undefined | Rejection {
  if (typeof value === 'bigint') return readCell(value.toString(), type, name)
  if (value === '' || !isScalar(value)) return undefined
  switch (type) {
    case undefined:
      return value
    case 'string':
      return String(value)
    case 'number': {
      if (typeof value === 'number') return value
      const text = String(value).trim()
      if (text === '') return undefined
      return decimal.test(text) ? Number(text) : reject('invalid_field', `${name} is no number`)
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value
      const known = truths[String(value).trim().toLowerCase()]
      return known ?? reject('invalid_field', `${name} is neither true nor false`)
    }
    default:
      return type satisfies never
  }
}
