import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { parseJson } from '#runtime/log/parse-json.ts'
import type { OpenedRecord } from '../../deadletter/open-record.ts'

/** What may be an identifier in one record. */
export interface Candidates {
  readonly texts: ReadonlySet<string>
  /** False: there is more in it than is looked at. */
  readonly complete: boolean
}

/** Texts of one record that are looked at, at most, and as many with an at sign, so that no words keep an address out: a record has a few hundred. */
const candidatesMax = 5000
/** Bytes of one record that are looked at. A channel takes no larger ones than a quarter of it, whereas what is packed may unpack to anything. */
const bytesMax = 4 * defaultLimits.recordBytesMax
/** No identifier is longer. */
const lengthMax = defaultLimits.identifierLengthMax
/** With what may surround it in a field. */
const fieldLengthMax = lengthMax + 100

/** By UTF-16 unit: 1 parts. */
const partedBy = (separator: RegExp): Uint8Array =>
  Uint8Array.from({ length: 2 ** 16 }, (_, unit) =>
    separator.test(String.fromCharCode(unit)) ? 1 : 0,
  )
const betweenWords = partedBy(/[\s\p{Cc}"'<>()[\]{},;=&?|\\/]/u)
/** Of CSV, forms and Avro: in a field are blanks of its own, and whatever else parts words. */
const betweenFields = partedBy(/[\p{Cc}"<>,;=&]/u)

/**
 * Whatever in a record may be an identifier, in clear: the texts and numbers of JSON, and words and addresses wherever they stand. A record
 * was refused because something in it is odd, so that nothing is taken for granted about its form. A stranger wrote it: each step takes a
 * time that grows as the bytes do and no faster, whatever they are.
 */
export function candidatesIn({ headers, value }: OpenedRecord): Candidates {
  const found = createFound()
  let left = bytesMax
  for (const all of [value, ...Object.values(headers)]) {
    const bytes = all.subarray(0, left)
    left -= bytes.length
    if (bytes.length < all.length) found.leaveOut()
    lookAt(bytes, found)
  }
  return found
}

interface Found extends Candidates {
  readonly take: (text: string) => void
  readonly leaveOut: () => void
}

function createFound(): Found {
  const texts = new Set<string>()
  let addresses = 0
  let complete = true
  return {
    texts,
    get complete() {
      return complete
    },
    take(text) {
      if (text === '' || text.length > lengthMax) return
      const isAddress = text.includes('@')
      if ((isAddress ? addresses : texts.size - addresses) === candidatesMax) {
        complete &&= texts.has(text)
        return
      }
      const before = texts.size
      texts.add(text)
      if (isAddress) addresses += texts.size - before
    },
    leaveOut() {
      complete = false
    },
  }
}

function lookAt(bytes: Uint8Array, { take }: Found): void {
  const text = Buffer.from(bytes).toString('utf8')
  const parsed = parseJson(text)
  const whole = (one: string): void => {
    take(one)
    take(inBrackets(one))
  }
  if (parsed !== undefined) leaves(parsed, whole)
  // In Avro the length of a text stands before it, and may look like a letter or a blank.
  const isBinary = control.test(text)
  if (isBinary) behindLengths(bytes, take)
  for (const form of new Set([text, percentDecoded(bytes) ?? text])) {
    between(form, whole)
    pieces(form, betweenFields, (one) => {
      for (const field of one.includes('|') ? [one, ...one.split('|')] : [one])
        takeField(field, isBinary, take)
    })
    pieces(form, betweenWords, (one) => {
      take(one)
      // A number of JSON has its colon before it.
      if (isBinary || one.startsWith(':')) take(one.slice(1))
      if (one.includes('@') && one.includes(':'))
        for (const part of one.split(':')) if (part.includes('@')) take(part)
    })
  }
}

/** Whatever of the control characters no text has. Avro begins with the first of them. */
const control = /[^\P{Cc}\s]/u

const blank = 0x20
/** A byte of a length that is not its last. */
const more = 0x80

/**
 * Texts of Avro by the lengths before them: the length of the next one, from 16 bytes on, looks like one more letter. A length of one byte is tried where something
 * without letters stands or ends, and where a text has ended; the second byte of a longer one is no letter.
 */
function behindLengths(bytes: Uint8Array, take: (text: string) => void): void {
  const ends = new Uint8Array(bytes.length + 1)
  for (const [at, first] of bytes.entries()) {
    const second = bytes[at + 1] ?? 0
    const isLong = first >= more && second < blank
    const isStart = first < blank || at === 0 || (bytes[at - 1] ?? 0) < blank || ends[at] === 1
    if (!isLong && (!isStart || first >= more)) continue
    // Zigzag: it is even, and its half.
    const double = isLong ? first - more + second * more : first
    const from = at + (isLong ? 2 : 1)
    const to = from + double / 2
    if (double === 0 || double % 2 === 1 || to > bytes.length || !isPlain(bytes, from, to)) continue
    ends[to] = 1
    take(Buffer.from(bytes.subarray(from, to)).toString('utf8'))
  }
}

function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if ((bytes[at] ?? 0) < blank) return false
  return true
}

/** A list instead of recursion: lists in lists may be as deep as a record is long. */
function leaves(root: unknown, take: (text: string) => void): void {
  const open = [root]
  for (const value of open) {
    if (typeof value === 'number') take(String(value))
    else if (typeof value === 'object' && value !== null)
      for (const one of Array.isArray(value) ? value : Object.values(value)) open.push(one)
    else if (typeof value === 'string') take(value)
  }
}

/** Of `Ada <ada@example.org>` the address. */
function inBrackets(text: string): string {
  const to = text.lastIndexOf('>')
  return to === -1 ? '' : text.slice(text.lastIndexOf('<', to) + 1, to)
}

const partsWords = /[\s+'()[\]{}?|\\/]/

/** What is one word is looked at as that. In a form a blank is a plus, and the one of a number stands in front. */
function takeField(field: string, isBinary: boolean, take: (text: string) => void): void {
  if (field.length > fieldLengthMax || !partsWords.test(field)) return
  take(field.trim())
  if (isBinary) take(field.slice(1).trim())
  if (field.includes('+', 1)) take(field.charAt(0) + field.slice(1).replaceAll('+', ' ').trimEnd())
}

function pieces(text: string, separators: Uint8Array, each: (piece: string) => void): void {
  let from = 0
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && separators[text.charCodeAt(at)] === 0) continue
    if (at - from > 1) each(text.slice(from, at))
    from = at + 1
  }
}

/** What stands between two quotes, whichever of them opens: blanks in it are its own. Behind a backslash is a quote of JSON in JSON. */
function between(text: string, take: (text: string) => void): void {
  let from = text.indexOf('"') + 1
  if (from === 0) return
  for (let to = text.indexOf('"', from); to !== -1; to = text.indexOf('"', from)) {
    if (to - from <= lengthMax) {
      let end = to
      while (end > from && text[end - 1] === '\\') end -= 1
      take(text.slice(from, end))
    }
    from = to + 1
  }
}

const percent = 0x25

/** null: nothing in it is encoded. */
function percentDecoded(bytes: Uint8Array): string | null {
  if (!bytes.includes(percent)) return null
  const decoded = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; length += 1) {
    const byte =
      bytes[at] === percent ? hexAt(bytes, at + 1) * 16 + hexAt(bytes, at + 2) : Number.NaN
    decoded[length] = Number.isNaN(byte) ? (bytes[at] ?? 0) : byte
    at += Number.isNaN(byte) ? 1 : 3
  }
  return decoded.toString('utf8', 0, length)
}

/** NaN: it is no hexadecimal digit. */
const hexAt = (bytes: Uint8Array, at: number): number =>
  Number.parseInt(String.fromCharCode(bytes[at] ?? 0), 16)
