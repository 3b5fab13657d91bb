/**
 * Bytes that grow as they are written: one buffer for many rows. Numbers are little-endian, as ClickHouse's RowBinary has them.
 * A written row can be taken back by setting `at` to where it began.
 */
export class ByteWriter {
  at = 0
  private bytes: Buffer
  private view: DataView

  constructor(bytesAtFirst = 64 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(bytesAtFirst)
    this.view = viewOf(this.bytes)
  }

  /** A copy of what was written since the last `reset`. */
  taken(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at))
  }

  reset(): void {
    this.at = 0
  }

  byte(value: number): void {
    this.room(1)
    this.bytes[this.at++] = value
  }

  uint16(value: number): void {
    this.room(2)
    this.view.setUint16(this.at, value, true)
    this.at += 2
  }

  uint32(value: number): void {
    this.room(4)
    this.view.setUint32(this.at, value, true)
    this.at += 4
  }

  /** A whole number within ±2^53. */
  int64(value: number): void {
    this.room(8)
    this.view.setUint32(this.at, value, true)
    this.view.setInt32(this.at + 4, Math.floor(value / 2 ** 32), true)
    this.at += 8
  }

  bigUint64(value: bigint): void {
    this.room(8)
    this.view.setBigUint64(this.at, value, true)
    this.at += 8
  }

  bigInt64(value: bigint): void {
    this.room(8)
    this.view.setBigInt64(this.at, value, true)
    this.at += 8
  }

  float32(value: number): void {
    this.room(4)
    this.view.setFloat32(this.at, value, true)
    this.at += 4
  }

  float64(value: number): void {
    this.room(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  /** LEB128, for sizes. */
  varint(value: number): void {
    this.room(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
    this.bytes[this.at++] = rest
  }

  /** Size in bytes, then UTF-8. */
  text(value: string): void {
    const { length } = value
    if (length > shortText) return this.longText(value)
    this.room(1 + length)
    const start = this.at
    const { bytes } = this
    bytes[start] = length
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      // The size is not known then: begin again, the long way.
      if (code >= 0x80) return this.longText(value)
      bytes[start + 1 + index] = code
    }
    this.at = start + 1 + length
  }

  /** UTF-8 without its size. */
  bareText(value: string): void {
    this.room(3 * value.length)
    this.at += this.bytes.write(value, this.at)
  }

  private longText(value: string): void {
    const { length } = value
    if (length >= 128 && length < twoByteText) this.twoByteText(value)
    else {
      const size = Buffer.byteLength(value)
      this.varint(size)
      this.room(size)
      this.at += this.bytes.write(value, this.at)
    }
  }

  /** Whatever its characters are, the size takes two bytes: it is written behind the text, which spares counting. */
  private twoByteText(value: string): void {
    this.room(2 + 3 * value.length)
    const size = this.bytes.write(value, this.at + 2)
    this.bytes[this.at] = (size & 0x7f) | 0x80
    this.bytes[this.at + 1] = size >> 7
    this.at += 2 + size
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + count))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
    this.view = viewOf(larger)
  }
}

/** Up to here a loop beats the call into the runtime; also what one byte of varint can say. */
const shortText = 64

/** Below it no text has more than 16,383 bytes, which is what two bytes of varint can say. */
const twoByteText = 5461

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
  new DataView(buffer, byteOffset, byteLength)

/** One for all who encode rows, since nothing waits within a batch. */
export const rowWriter = new ByteWriter()
