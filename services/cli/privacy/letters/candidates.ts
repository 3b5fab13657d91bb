import { parseJson } from '#runtime/log/parse-json.ts'

/** Texts of one record that are looked at, at most: a record has a few hundred. */
const candidatesMax = 5000

const address = /[^\s"'<>()[\]{},;:=&?|\\/]+@[^\s"'<>()[\]{},;:=&?|\\/]+/g
const word = /[^\s\p{Cc}"'<>()[\]{},;=&?|\\/]{2,256}/gu
const quoted = /"((?:[^"\\]|\\.){1,256})"/g

/**
 * Whatever in a record may be an identifier, in clear: the texts and numbers of JSON, and words and addresses wherever they stand. A record
 * was refused because something in it is odd, so that nothing is taken for granted about its form.
 */
export function candidatesIn(bytes: Uint8Array): ReadonlySet<string> {
  const found = new Set<string>()
  const take = (text: string): void => {
    if (text !== '' && found.size < candidatesMax) found.add(text)
  }
  const text = Buffer.from(bytes).toString('utf8')
  const parsed = parseJson(text)
  if (parsed !== undefined) leaves(parsed, take)
  for (const form of new Set([text, percentDecoded(text)])) {
    for (const [one] of form.matchAll(address)) take(one)
    for (const [, one = ''] of form.matchAll(quoted)) take(one)
    for (const [one] of form.matchAll(word)) {
      take(one)
      // In Avro the length of a text stands before it, and may look like a letter.
      take(one.slice(1))
    }
  }
  return found
}

function leaves(value: unknown, take: (text: string) => void): void {
  if (typeof value === 'string') take(value)
  else if (typeof value === 'number') take(String(value))
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) leaves(one, take)
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}
