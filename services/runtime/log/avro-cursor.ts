/** The bytes are odd: they end too early, or hold what is read elsewhere. One for all, since nobody reads where it was thrown. */
export const oddBytes = new Error('bytes that are read the slow way')

/** Words that are kept: names of fields, kinds, codes. Each takes some 40 bytes. */
const wordsMax = 2048
const wordLength = 20

/**
 * Reads Avro's primitives out of one buffer after the other. It throws `oddBytes` or goes beyond the end where something is wrong, without
 * saying what: whoever reads with it asks `isAtEnd` at last, and reads again with avsc when it is not. Numbers are read as avsc reads them.
 */
export class AvroCursor {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #items = 0
  /** By a cheap hash of their bytes; a word gives way to the next of its place. */
  readonly #words: string[] = Array.from({ length: wordsMax }, () => '')

  start(bytes: Buffer, at: number): void {
    this.#bytes = bytes
    this.#at = at
    this.#items = 0
  }

  /** Where the next byte is read. */
  get at(): number {
    return this.#at
  }

  /** Somebody else has read up to there. */
  goOn(at: number): void {
    this.#at = at
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  boolean(): boolean {
    const byte = this.#bytes[this.#at]
    this.#at += 1
    return byte !== undefined && byte !== 0
  }

  long(): number {
    const bytes = this.#bytes
    let byte = this.#byte(bytes)
    // Most are below 64.
    if (byte < 0x80) return (byte >> 1) ^ -(byte & 1)
    let number = byte & 0x7f
    let shift = 7
    do {
      byte = this.#byte(bytes)
      number |= (byte & 0x7f) << shift
      shift += 7
    } while (byte >= 0x80 && shift < 28)
    if (byte < 0x80) return (number >> 1) ^ -(number & 1)
    // Beyond 28 bits in doubles.
    let factor = 2 ** 28
    do {
      byte = this.#byte(bytes)
      number += (byte & 0x7f) * factor
      factor *= 128
    } while (byte >= 0x80)
    return (number % 2 === 0 ? number : -(number + 1)) / 2
  }

  #byte(bytes: Buffer): number {
    const byte = bytes[this.#at]
    this.#at += 1
    return byte ?? 0
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#skip(4))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#skip(8))
  }

  text(): string {
    const length = this.long()
    const from = this.#skip(length)
    return length <= wordLength ? this.#word(from, length) : this.#slice(from, length)
  }

  /** One that seldom comes twice. */
  rareText(): string {
    const length = this.long()
    return this.#slice(this.#skip(length), length)
  }

  /** The very text that is expected, when it is that. */
  textOr(expected: string): string {
    const length = this.long()
    const from = this.#skip(length)
    return this.#isAt(from, length, expected) ? expected : this.#slice(from, length)
  }

  base64(length: number = this.long()): string {
    const from = this.#skip(length)
    return this.#bytes.toString('base64', from, from + length)
  }

  /** A view: good as long as the buffer is. */
  bytes(length: number = this.long()): Buffer {
    const from = this.#skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  /**
   * The number of items of a collection's next block; 0: it ends. No record has more items than bytes, unless they take none: such
   * collections, and counts that are damaged, are odd.
   */
  count(): number {
    let count = this.long()
    if (count < 0) {
      count = -count
      this.long() // the block's size in bytes
    }
    this.#items += count
    if (this.#items > this.#bytes.length) throw oddBytes
    return count
  }

  /** Where the next bytes begin. */
  #skip(length: number): number {
    const from = this.#at
    this.#at += length
    if (length < 0 || this.#at > this.#bytes.length) throw oddBytes
    return from
  }

  #slice(from: number, length: number): string {
    return this.#bytes.toString('utf8', from, from + length)
  }

  /** Whether so many bytes are a text; false for one beyond ASCII. */
  #isAt(from: number, length: number, text: string): boolean {
    if (text.length !== length) return false
    const bytes = this.#bytes
    for (let at = 0; at < length; at += 1) {
      const unit = text.charCodeAt(at)
      if (unit > 0x7f || unit !== bytes[from + at]) return false
    }
    return true
  }

  /** Short texts are mostly words that come with each record: to find one costs half of making one, and as a key it is known already. */
  #word(from: number, length: number): string {
    if (length === 0) return ''
    const bytes = this.#bytes
    const first = bytes[from] ?? 0
    const last = bytes[from + length - 1] ?? 0
    const middle = bytes[from + (length >> 1)] ?? 0
    const place = (first * 7 + last * 131 + middle * 31 + length * 521) % wordsMax
    const word = this.#words[place] ?? ''
    if (this.#isAt(from, length, word)) return word
    const made = this.#slice(from, length)
    if (made.length === length) this.#words[place] = made
    return made
  }
}
