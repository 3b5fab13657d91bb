import type { JsonObject, JsonValue } from '../event/event.ts'

/**
 * JSON with keys sorted by UTF-16 code units and no white space, as RFC 8785 (JCS) defines it; numbers are written as
 * ECMAScript does, which is what JCS asks for. Equal values have equal text, hence equal hashes.
 * @throws RangeError for NaN and infinite numbers.
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} has no JSON form`)
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      if (value === null) return 'null'
      return isArray(value) ? canonicalList(value) : canonicalObject(value)
  }
}

/** Array.isArray does not narrow a readonly array away. */
const isArray = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] =>
  Array.isArray(value)

const canonicalList = (list: readonly JsonValue[]): string =>
  list.length === 0 ? '[]' : `[${list.map(canonicalJson).join(',')}]`

function canonicalObject(value: JsonObject): string {
  let text = '{'
  for (const key of sortedKeys(value)) {
    const item = value[key]
    // As JSON.stringify does.
    if (item === undefined) continue
    if (text.length > 1) text += ','
    text += `${quoted(key)}:${canonicalJson(item)}`
  }
  return `${text}}`
}

/** Most objects have few keys, and those in order. */
function sortedKeys(value: JsonObject): readonly string[] {
  const keys = Object.keys(value)
  for (let n = 1; n < keys.length; n += 1)
    if ((keys[n - 1] ?? '') > (keys[n] ?? '')) return keys.toSorted()
  return keys
}

/** Longer ones are looked at faster by JSON itself. */
const plainLength = 40

/** Most texts are short and need no escape: to see that takes a fifth of what JSON.stringify takes. */
function quoted(text: string): string {
  const { length } = text
  if (length > plainLength) return JSON.stringify(text)
  for (let n = 0; n < length; n += 1) {
    const unit = text.charCodeAt(n)
    // Beyond ASCII as it is, but for halves of surrogate pairs, which JSON.stringify escapes.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit > 0x7e) return JSON.stringify(text)
  }
  return `"${text}"`
}
