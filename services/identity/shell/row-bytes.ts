/** Writes rows one behind the other into large pieces of memory: a buffer for each would cost more than what is in it. */
export interface RowWriter {
  start(): void
  byte(value: number): void
  /** Whole, below 2^32. */
  word(value: number): void
  number(value: number): void
  text(value: string): void
  texts(values: readonly string[]): void
  /** The same of a list that nobody changes: when it comes again at once its bytes are copied. */
  constantTexts(values: readonly string[]): void
  /** The bytes since `start`; they are not written over. */
  end(): Uint8Array
}

export interface RowReader {
  byte(): number
  word(): number
  number(): number
  text(): string
  texts<T extends string>(): T[]
}

const pieceBytes = 1 << 20
const wide = 0x80_00_00_00
const lastAscii = 0x7f

export function createRowWriter(): RowWriter {
  let piece = new Uint8Array(0)
  let view = new DataView(piece.buffer)
  let begin = 0
  let at = 0
  let latest: { readonly values: readonly string[]; readonly bytes: Uint8Array } | undefined

  /** Room for so many bytes more; the row in hand moves to the new piece. */
  function room(bytes: number): void {
    if (at + bytes <= piece.length) return
    const next = new Uint8Array(Math.max(pieceBytes, (at - begin + bytes) * 2))
    next.set(piece.subarray(begin, at))
    at -= begin
    begin = 0
    piece = next
    view = new DataView(next.buffer)
  }
  function word(value: number): void {
    room(4)
    view.setUint32(at, value, true)
    at += 4
  }
  function text(value: string): void {
    const { length } = value
    room(4 + length)
    view.setUint32(at, length, true)
    for (let place = 0; place < length; place += 1) {
      const code = value.charCodeAt(place)
      if (code > lastAscii) return wideText(value)
      piece[at + 4 + place] = code
    }
    at += 4 + length
    return undefined
  }
  function wideText(value: string): void {
    const bytes = Buffer.from(value, 'utf8')
    room(4 + bytes.length)
    view.setUint32(at, bytes.length + wide, true)
    piece.set(bytes, at + 4)
    at += 4 + bytes.length
  }
  function texts(values: readonly string[]): void {
    word(values.length)
    for (const value of values) text(value)
  }
  return {
    start() {
      begin = at
    },
    byte(value) {
      room(1)
      piece[at] = value
      at += 1
    },
    word,
    number(value) {
      room(8)
      view.setFloat64(at, value, true)
      at += 8
    },
    text,
    texts,
    constantTexts(values) {
      if (latest?.values !== values) {
        const row = at - begin
        texts(values)
        latest = { values, bytes: piece.subarray(begin + row, at) }
        return
      }
      const { bytes } = latest
      room(bytes.length)
      piece.set(bytes, at)
      at += bytes.length
    },
    end: () => piece.subarray(begin, at),
  }
}

export function createRowReader(bytes: Uint8Array): RowReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const word = (): number => {
    at += 4
    return buffer.readUInt32LE(at - 4)
  }
  const text = (): string => {
    const head = word()
    const length = head >= wide ? head - wide : head
    at += length
    return buffer.toString(head >= wide ? 'utf8' : 'latin1', at - length, at)
  }
  return {
    byte: () => buffer[at++] ?? 0,
    word,
    number() {
      at += 8
      return buffer.readDoubleLE(at - 8)
    },
    text,
    texts<T extends string>() {
      const found: T[] = []
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written from texts of that type
      for (let left = word(); left > 0; left -= 1) found.push(text() as T)
      return found
    },
  }
}
