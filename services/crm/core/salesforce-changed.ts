import { asList, type Fields } from '#runtime/channel/core/fields.ts'

/**
 * The fields that a header says to have changed: their names, as the Streaming API writes them; or bitmaps over the places of the
 * event's Avro schema, as the Pub/Sub API leaves them (`['0x650004E0', '4-0x10']`: the second is of the parts of the fifth field).
 * https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-deserialization-considerations.html
 */
const bitmap = /^0x[0-9A-Fa-f]{1,512}$/
const nested = /^(\d{1,4})-0x[0-9A-Fa-f]{1,512}$/

/** No object has more fields, nor parts of compound ones. */
const namesMax = 2000
const bitmapsMax = 200

function placesOf(text: string, upTo: number): readonly number[] | null {
  const bits = BigInt(text)
  if (bits >> BigInt(upTo)) return null
  const places: number[] = []
  for (let place = 0; place < upTo; place++) if ((bits >> BigInt(place)) & 1n) places.push(place)
  return places
}

/**
 * The names behind the bitmaps. A decoded record has all fields of its schema in their order, the header first; a record that has
 * lost fields or order on its way has not, and then the bitmaps say nothing.
 */
function decodeBitmaps(list: readonly string[], payload: Fields): readonly string[] | null {
  const names = Object.keys(payload)
  if (names[0] !== 'ChangeEventHeader' || names.length > namesMax) return null
  const out: string[] = []
  for (const text of list) {
    const [, parent] = nested.exec(text) ?? []
    const places = parent === undefined ? placesOf(text, names.length) : [Number(parent)]
    if (places === null) return null
    for (const place of places) {
      const name = names[place]
      if (name === undefined) return null
      out.push(name)
    }
  }
  return out
}

/** Names of the changed fields, a compound one with or without its part. null: not said, or not to be read. */
export function changedFields(given: unknown, payload: Fields): readonly string[] | null {
  const list = asList(given)?.filter((entry) => typeof entry === 'string') ?? []
  if (list.length === 0 || list.length > namesMax) return null
  const isBitmap = list.every((text) => bitmap.test(text) || nested.test(text))
  if (!isBitmap) return list
  return list.length > bitmapsMax ? null : decodeBitmaps(list, payload)
}
