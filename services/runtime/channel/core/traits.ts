import type { Scalar } from '../../event/event.ts'
import { type Fields, isFields, isSafeName, isScalar } from './fields.ts'

/**
 * Traits out of a vendor's object: scalars, and one level of objects as `address.city`. Lists, nulls and deeper levels are no traits.
 * @param leaveOut Names that are identifiers, not traits.
 */
export function readTraits(fields: Fields, leaveOut: ReadonlySet<string>): Record<string, Scalar> {
  const out: Record<string, Scalar> = {}
  for (const name of Object.keys(fields)) {
    if (leaveOut.has(name) || !isSafeName(name)) continue
    const value = fields[name]
    if (isScalar(value)) out[name] = value
    else if (isFields(value))
      for (const inner of Object.keys(value)) {
        const nested = value[inner]
        if (isScalar(nested) && isSafeName(inner)) out[`${name}.${inner}`] = nested
      }
  }
  return out
}
