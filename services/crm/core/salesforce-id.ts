/**
 * Salesforce's record ids: 15 characters that differ by case, or 18 with three more that say which of the 15 are capitals. Both are the
 * same record.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
const recordId = /^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/

const suffixLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

const isCapital = (letter: string): boolean => letter >= 'A' && letter <= 'Z'

function suffixOf(id: string): string {
  let suffix = ''
  for (let chunk = 0; chunk < 15; chunk += 5) {
    let bits = 0
    for (let place = 0; place < 5; place++)
      if (isCapital(id[chunk + place] ?? '')) bits |= 1 << place
    suffix += suffixLetters[bits] ?? ''
  }
  return suffix
}

/** Letters of both cases: nothing on the way has folded them. */
const isMixed = (id: string): boolean => /[a-z]/.test(id) && /[A-Z]/.test(id)

/** The 15 characters in the case that the suffix states: something on the way may have folded them. */
function restored(id: string): string {
  const suffix = id.slice(15).toUpperCase()
  let out = ''
  for (let place = 0; place < 15; place++) {
    const bits = suffixLetters.indexOf(suffix[Math.floor(place / 5)] ?? '')
    const letter = id[place] ?? ''
    out += (bits >> (place % 5)) & 1 ? letter.toUpperCase() : letter.toLowerCase()
  }
  return out + suffix
}

/** The id in its form of 18 characters; what is none stays as it is. */
export function eighteen(id: string): string {
  const text = id.trim()
  if (!recordId.test(text)) return text
  if (text.length === 15) return text + suffixOf(text)
  if (suffixOf(text) === text.slice(15) || isMixed(text.slice(0, 15))) return text
  const mended = restored(text)
  // Not a suffix at all, if it asks for a capital where a digit stands.
  return suffixOf(mended) === mended.slice(15) ? mended : text
}

/** What stands for no record at all (`000000000000000AAA`), or for every record of an object (`001*`). */
export const isWholeEntity = (id: string): boolean => id.endsWith('*') || /^0{15}/.test(id)

const personPrefixes: ReadonlySet<string> = new Set(['003', '00Q', '0PK'])

/** The id of a contact, a lead or an individual, by the three characters that each object has of its own. */
export const namesAPersonRecord = (id: string): boolean => personPrefixes.has(id.slice(0, 3))
