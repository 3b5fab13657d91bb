import { asList, isFields } from './fields.ts'
import type { Vendor } from './source.ts'

/** Whose record this looks like, when nobody has said; undefined: nobody's that we know. */
export function detectVendor(record: unknown, vendors: readonly Vendor[]): Vendor | undefined {
  if (typeof record === 'string') return vendors.find((vendor) => vendor.detectsText?.(record))
  const items = asList(record) ?? [record]
  const sample = items.slice(0, 20).filter(isFields)
  return vendors.find((vendor) => sample.some((item) => vendor.detects(item)))
}
