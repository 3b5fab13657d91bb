import type { ByteWriter } from './byte-writer.ts'

const dashes: readonly number[] = [8, 13, 18, 23]

/** Above every four bits, and found in what any digits are combined to. */
const noDigit = 16

/** Value of each character that is a hexadecimal digit. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? noDigit : value
})

/**
 * Writes `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; false, with nothing written, when the text is none. A UUID is two little-endian halves, here
 * four numbers of eight digits. Source: ClickHouse's RowBinary of UUID.
 */
export function writeUuid(writer: ByteWriter, text: string): boolean {
  if (text.length !== 36) return false
  for (const at of dashes) if (text.charCodeAt(at) !== 45) return false
  let seen = 0
  const digits = (at: number): number => {
    let value = 0
    for (let index = at; index < at + 4; index++) {
      const code = text.charCodeAt(index)
      const nibble = code < 128 ? (nibbles[code] ?? noDigit) : noDigit
      seen |= nibble
      value = (value << 4) | nibble
    }
    return value
  }
  const a = (digits(9) << 16) | digits(14)
  const b = (digits(0) << 16) | digits(4)
  const c = (digits(28) << 16) | digits(32)
  const d = (digits(19) << 16) | digits(24)
  if (seen >= noDigit) return false
  writer.uint32(a)
  writer.uint32(b)
  writer.uint32(c)
  writer.uint32(d)
  return true
}
