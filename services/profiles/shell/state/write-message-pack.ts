import { Packr } from 'msgpackr'

/** Plain MessagePack, without record extensions: the same object gives the same bytes, and any reader can decode them. */
export const packr = new Packr({ useRecords: false, moreTypes: false })

/**
 * Writes values byte for byte as `packr` does, piece by piece and in place: what is written needs no packed form of its own, whose lists of
 * pairs cost as much as the bytes. Values lie one behind the other in slabs, since an allocation for each costs as much as packing a small one.
 */
const slabBytes = 128 * 1024
/** More than any header or number takes. */
const slack = 16

let slab = Buffer.allocUnsafeSlow(slabBytes)
let view = new DataView(slab.buffer)
/** Where the value in work begins, and where its next byte goes. */
let start = 0
let at = 0

/** Makes room for so many bytes and a header; what of the value is written already moves along. */
function reserve(bytes: number): void {
  if (at + bytes + slack <= slab.length) return
  const before = at - start
  const larger = Buffer.allocUnsafeSlow(Math.max(slabBytes, 2 * (before + bytes + slack)))
  slab.copy(larger, 0, start, at)
  slab = larger
  view = new DataView(larger.buffer)
  start = 0
  at = before
}

/** One value's bytes. Whatever failed before it leaves nothing. */
export function written(write: () => void): Uint8Array {
  start = at
  write()
  return new Uint8Array(slab.buffer, start, at - start)
}

function putUint16(kind: number, value: number): void {
  slab[at++] = kind
  view.setUint16(at, value)
  at += 2
}

function putUint32(kind: number, value: number): void {
  slab[at++] = kind
  view.setUint32(at, value)
  at += 4
}

export function writeListOf(length: number): void {
  reserve(0)
  if (length < 0x10) slab[at++] = 0x90 | length
  else if (length < 0x10000) putUint16(0xdc, length)
  else putUint32(0xdd, length)
}

export function writeNumber(value: number): void {
  reserve(0)
  if (value >>> 0 === value) writeNatural(value)
  else if (value >> 0 === value) writeNegative(value)
  else {
    slab[at++] = 0xcb
    view.setFloat64(at, value)
    at += 8
  }
}

function writeNatural(value: number): void {
  if (value < 0x80) slab[at++] = value
  else if (value < 0x100) {
    slab[at++] = 0xcc
    slab[at++] = value
  } else if (value < 0x10000) putUint16(0xcd, value)
  else putUint32(0xce, value)
}

/** In two's complement, which is what a view makes of a negative number. */
function writeNegative(value: number): void {
  if (value >= -0x20) slab[at++] = 0x100 + value
  else if (value >= -0x80) {
    slab[at++] = 0xd0
    slab[at++] = value + 0x100
  } else if (value >= -0x8000) putUint16(0xd1, value)
  else putUint32(0xd2, value)
}

export function writeNull(): void {
  reserve(0)
  slab[at++] = 0xc0
}

export function writeBoolean(value: boolean): void {
  reserve(0)
  slab[at++] = value ? 0xc3 : 0xc2
}

const shortText = 0x40

export function writeText(text: string): void {
  const { length } = text
  if (length >= shortText) return writeAsPackr(text)
  reserve(length)
  // Most texts are short and plain: a loop is faster than a call of Node's.
  const into = slab
  let to = at
  if (length < 0x20) into[to++] = 0xa0 | length
  else {
    into[to++] = 0xd9
    into[to++] = length
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return writeAsPackr(text)
    into[to++] = code
  }
  at = to
}

const uuidBytes = 16
/** Where a UUID's text has a dash in front of the byte with this index. */
const isDashBefore = (index: number): boolean =>
  index === 4 || index === 6 || index === 8 || index === 10

/** -1: no digit as `uuidOf` writes them. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : -1
}

/** A UUID in small letters as its sixteen bytes; any other text as it is. */
export function writeUuid(text: string): void {
  reserve(uuidBytes)
  const into = slab
  let to = at
  into[to++] = 0xc4
  into[to++] = uuidBytes
  let from = 0
  for (let index = 0; index < uuidBytes; index++) {
    if (isDashBefore(index) && text.charCodeAt(from++) !== 45) return writeText(text)
    const high = digitOf(text.charCodeAt(from++))
    const low = digitOf(text.charCodeAt(from++))
    if (high < 0 || low < 0) return writeText(text)
    into[to++] = (high << 4) | low
  }
  if (from !== text.length) return writeText(text)
  at = to
}

/** The text of what `writeUuid` wrote as bytes. */
export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function writeObject(value: object): void {
  reserve(0)
  // Always with two bytes for the number of keys, which is known behind them.
  slab[at] = 0xde
  const place = at + 1 - start
  at += 3
  let size = 0
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the compiler does not know keys of an object
  const members = value as Readonly<Record<string, unknown>>
  for (const key in members) {
    if (!Object.hasOwn(members, key)) continue
    writeText(key)
    writeValue(members[key])
    size++
  }
  view.setUint16(start + place, size)
}

/** By index: an iterator makes an object for each value of lists that are as many as features. */
export function writeList(values: readonly unknown[]): void {
  const { length } = values
  writeListOf(length)
  for (let i = 0; i < length; i++) writeValue(values[i])
}

export function writeValue(value: unknown): void {
  if (typeof value === 'number') writeNumber(value)
  else if (typeof value === 'string') writeText(value)
  else if (typeof value === 'boolean') writeBoolean(value)
  else if (value === null) writeNull()
  else if (Array.isArray(value)) writeList(value)
  else if (typeof value === 'object' && value.constructor === Object) writeObject(value)
  else writeAsPackr(value)
}

/** Texts that are long or not plain, and what no state has. */
function writeAsPackr(value: unknown): void {
  const bytes = packr.pack(value)
  reserve(bytes.length)
  slab.set(bytes, at)
  at += bytes.length
}
