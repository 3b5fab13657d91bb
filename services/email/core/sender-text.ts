import { type Fields, isFields, isSafeName } from '#runtime/channel/core/fields.ts'

/** The sender's own arguments as a vendor passes them on: an object, or the text of a JSON object. undefined: something else. */
export function jsonFields(value: unknown): Fields | undefined {
  if (isFields(value)) return value
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return isFields(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** The fields of an item but those in `names`, which have names of ours: what a vendor adds one day is kept under its own name. */
export function otherFields(item: Fields, names: ReadonlySet<string>): Fields {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(item))
    if (!names.has(name) && isSafeName(name)) out[name] = item[name]
  return out
}
