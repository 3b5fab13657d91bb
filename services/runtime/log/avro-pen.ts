/** Texts up to here are written unit by unit, which costs less than a call into Node; nearly all are ASCII. */
const shortText = 28
/** Of a number of 64 bits. */
const numberBytes = 10

/**
 * Writes Avro's primitives one after the other, as avsc writes them. `isOdd`: something came that it doesn't write as avsc does, or that avsc
 * refuses; then what was written since `start` counts for nothing.
 */
export class AvroPen {
  bytes: Buffer = Buffer.allocUnsafe(1024 * 1024)
  at = 0
  isOdd = false

  start(at: number): void {
    this.at = at
    this.isOdd = false
  }

  /** Makes room for so many more bytes. What was written stays. */
  ensure(more: number): void {
    const end = this.at + more
    if (end <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, end))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }

  boolean(value: boolean): void {
    this.ensure(1)
    this.bytes[this.at] = value ? 1 : 0
    this.at += 1
  }

  /** An index, a count or a small number: from 0 to 63. */
  small(value: number): void {
    this.ensure(1)
    this.bytes[this.at] = value * 2
    this.at += 1
  }

  long(value: number): void {
    this.ensure(numberBytes)
    if (!Number.isInteger(value)) this.isOdd = true
    else if (value >= 0 && value < 2 ** 30) this.#whole(value * 2)
    else if (Math.abs(value) <= 2 ** 52) this.#large(value >= 0 ? value * 2 : -value * 2 - 1)
    else this.isOdd = true
  }

  int(value: number): void {
    if (value >= -(2 ** 31) && value < 2 ** 31) this.long(value)
    else this.isOdd = true
  }

  text(text: string): void {
    const { length } = text
    this.ensure(numberBytes + 3 * length)
    if (length <= shortText && this.#ascii(text, length)) return
    const from = this.at
    this.#whole(length * 2)
    const written = this.bytes.write(text, this.at, 'utf8')
    if (written !== length) {
      // avsc writes halves of surrogate pairs in a way of its own.
      if (!text.isWellFormed()) this.isOdd = true
      this.at = from
      this.#whole(written * 2)
      this.bytes.write(text, this.at, 'utf8')
    }
    this.at += written
  }

  /** False: something in it is not ASCII, and nothing is written. */
  #ascii(text: string, length: number): boolean {
    const { bytes } = this
    const from = this.at + 1
    for (let n = 0; n < length; n += 1) {
      const unit = text.charCodeAt(n)
      if (unit >= 0x80) return false
      bytes[from + n] = unit
    }
    bytes[this.at] = length * 2
    this.at = from + length
    return true
  }

  /** Base 128, below 2^31. */
  #whole(value: number): void {
    const { bytes } = this
    let rest = value
    let { at } = this
    for (; rest >= 0x80; rest >>>= 7) {
      bytes[at] = (rest & 0x7f) | 0x80
      at += 1
    }
    bytes[at] = rest
    this.at = at + 1
  }

  /** Base 128, up to 2^53: bitwise operators know 32 bits. */
  #large(value: number): void {
    const { bytes } = this
    let rest = value
    let { at } = this
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) {
      bytes[at] = (rest % 128) | 0x80
      at += 1
    }
    bytes[at] = rest
    this.at = at + 1
  }
}
