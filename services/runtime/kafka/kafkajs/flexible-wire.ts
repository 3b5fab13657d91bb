/** Flexible-version primitives of Kafka's protocol (KIP-482): compact lengths are unsigned varints, plus one; 0 is null. */
export function createCursor(bytes: Buffer): {
  skip(count: number): void
  int16(): number
  int32(): number
  uvarint(): number
  compactString(): string | null
  uuid(): string
  tags(): void
} {
  let at = 0
  const uvarint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at)
      at += 1
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value
    }
  }
  const take = (count: number): Buffer => {
    at += count
    return bytes.subarray(at - count, at)
  }
  return {
    skip: (count) => void take(count),
    int16: () => take(2).readInt16BE(),
    int32: () => take(4).readInt32BE(),
    uvarint,
    compactString: () => {
      const length = uvarint()
      return length === 0 ? null : take(length - 1).toString('utf8')
    },
    uuid: () => {
      const hex = take(16).toString('hex')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
    tags: () => {
      for (let left = uvarint(); left > 0; left -= 1) {
        uvarint()
        take(uvarint())
      }
    },
  }
}

export function writeUvarint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 0x80)
  }
}
