import type { JsonValue } from '../event/event.ts'

/** Of a control character or half of a surrogate pair as `\u....`, more than any other takes. */
const escapedBytes = 6

/** Bytes of a text as JSON in UTF-8, quotes and escapes included. */
export function textBytes(text: string): number {
  const { length } = text
  let bytes = 2 + length
  for (let n = 0; n < length; n += 1) {
    const unit = text.charCodeAt(n)
    if (unit >= 0x20 && unit < 0x80) {
      if (unit === 0x22 || unit === 0x5c) bytes += 1
    } else if (unit < 0x20) bytes += isShortEscape(unit) ? 1 : escapedBytes - 1
    else if (unit < 0x800) bytes += 1
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2
    else if (isPair(text, n)) {
      bytes += 2
      n += 1
    } else bytes += escapedBytes - 1
  }
  return bytes
}

/** Backspace, tab, newline, form feed and carriage return have letters of their own. */
const isShortEscape = (unit: number): boolean =>
  unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13

const isPair = (text: string, at: number): boolean =>
  text.charCodeAt(at) < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00

/** Whether a text takes no more than so many bytes as JSON; most are so short that nobody need look. */
export const isTextWithin = (text: string, bytesMax: number): boolean =>
  2 + text.length * escapedBytes <= bytesMax || textBytes(text) <= bytesMax

/** A sign, 17 digits, a point and an exponent. */
const longestNumber = 25
/** A sign and the digits of a safe integer. */
const longestInteger = 17

function numberBytes(value: number): number {
  if (!Number.isSafeInteger(value)) return longestNumber
  // Counts, sums and times.
  if (value < 0 || value >= 1e13) return longestInteger
  return value < 1e3 ? 3 : value < 1e6 ? 6 : 13
}

/** No fewer bytes than a value takes as JSON in UTF-8: texts exactly, numbers as long as such numbers are at most. */
export function jsonBytes(value: JsonValue): number {
  switch (typeof value) {
    case 'string':
      return textBytes(value)
    case 'number':
      return numberBytes(value)
    case 'boolean':
      return 5
    default:
      if (value === null) return 4
      return isList(value) ? listBytes(value) : objectBytes(value)
  }
}

/** Array.isArray does not narrow a readonly array away. */
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

/** Brackets, and a comma for each but the last. */
function listBytes(list: readonly JsonValue[]): number {
  let bytes = 2 + list.length
  for (const item of list) bytes += jsonBytes(item)
  return bytes
}

function objectBytes(value: Exclude<JsonValue, readonly JsonValue[]> & object): number {
  let bytes = 2
  for (const [name, item] of Object.entries(value)) bytes += memberBytes(name) + jsonBytes(item)
  return bytes
}

/** A name, its colon and a comma. */
export const memberBytes = (name: string): number => textBytes(name) + 2
