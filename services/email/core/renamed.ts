import { type Fields, own } from '#runtime/channel/core/fields.ts'

/** The vendor's name of a field → ours. */
export type Renaming = readonly (readonly [theirs: string, ours: string])[]

/** Puts fields of the vendor into `out` under our names; what is missing stays so. */
export function putRenamed(
  out: Record<string, unknown>,
  fields: Fields | undefined,
  names: Renaming,
): void {
  if (fields === undefined) return
  for (const [theirs, ours] of names) {
    const value = own(fields, theirs)
    if (value !== undefined && value !== null) out[ours] = value
  }
}
