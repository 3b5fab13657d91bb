import type { ByteWriter } from './byte-writer.ts'

/** Where the two digits of each byte stand: a UUID is two little-endian halves. Source: ClickHouse's RowBinary of UUID. */
const places: readonly number[] = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19]
const dashes: readonly number[] = [8, 13, 18, 23]

/** Writes `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; false, with bytes left behind, when the text is none. */
export function writeUuid(writer: ByteWriter, text: string): boolean {
  if (text.length !== 36) return false
  for (const at of dashes) if (text.charCodeAt(at) !== 45) return false
  for (const at of places) {
    const high = nibble(text.charCodeAt(at))
    const low = nibble(text.charCodeAt(at + 1))
    if (high < 0 || low < 0) return false
    writer.byte(high * 16 + low)
  }
  return true
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}
