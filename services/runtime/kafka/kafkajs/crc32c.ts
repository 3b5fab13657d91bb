/** Castagnoli's polynomial, reflected. */
const polynomial = 0x82f63b78

/** The table of a byte, and those of a byte that 1 to 7 others follow: eight bytes are taken at once. */
function createTables(): readonly Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial
    return crc
  })
  const tables = [first]
  for (let n = 1; n < 8; n += 1) {
    const before = tables[n - 1] ?? first
    tables.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] ?? 0)))
  }
  return tables
}

/* oxlint-disable-next-line typescript/no-unsafe-type-assertion -- eight of them */
const [t0, t1, t2, t3, t4, t5, t6, t7] = createTables() as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** CRC-32C (RFC 3720, B.4), which every batch of records to Kafka carries; eight bytes a step take a third of the time of one. */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes
  const whole = length - (length % 8)
  let crc = -1
  let at = 0
  for (; at < whole; at += 8) {
    crc ^=
      of(bytes, at) |
      (of(bytes, at + 1) << 8) |
      (of(bytes, at + 2) << 16) |
      (of(bytes, at + 3) << 24)
    crc =
      of(t7, crc & 0xff) ^
      of(t6, (crc >>> 8) & 0xff) ^
      of(t5, (crc >>> 16) & 0xff) ^
      of(t4, crc >>> 24) ^
      of(t3, of(bytes, at + 4)) ^
      of(t2, of(bytes, at + 5)) ^
      of(t1, of(bytes, at + 6)) ^
      of(t0, of(bytes, at + 7))
  }
  for (; at < length; at += 1) crc = of(t0, (crc ^ of(bytes, at)) & 0xff) ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}

/** An entry that is there. */
const of = (list: Uint8Array | Int32Array, at: number): number => list[at] ?? 0
