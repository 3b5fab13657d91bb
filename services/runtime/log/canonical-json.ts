import type { JsonObject, JsonValue } from '../event/event.ts'

/**
 * JSON with keys sorted by UTF-16 code units and no white space, as RFC 8785 (JCS) defines it; numbers are written as
 * ECMAScript does, which is what JCS asks for. Equal values have equal text, hence equal hashes.
 * @throws RangeError for NaN and infinite numbers.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`${value} has no JSON form`)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) {
    if (value.length === 0) return '[]'
    return `[${value.map(canonicalJson).join(',')}]`
  }
  return canonicalObject(value)
}

/** Array.isArray does not narrow a readonly array away. */
const isArray = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] =>
  Array.isArray(value)

function canonicalObject(value: JsonObject): string {
  let text = '{'
  for (const key of Object.keys(value).toSorted()) {
    const item = value[key]
    // As JSON.stringify does.
    if (item === undefined) continue
    if (text.length > 1) text += ','
    text += `${JSON.stringify(key)}:${canonicalJson(item)}`
  }
  return `${text}}`
}
