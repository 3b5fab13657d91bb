import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import {
  compressAboveBytes,
  payloadBytesMax,
  payloadEncodingHeader,
} from '../../log/dead-letter-payload.ts'
import { bytesPerRecordMax, createContents, headerBytesMax } from './dead-letters.ts'

/** Bytes that no compression makes fewer. */
function noise(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, n) =>
    createHash('sha256').update(String(n)).digest(),
  )
  return Buffer.concat(blocks).subarray(0, bytes)
}

const contentsOf = (value: Uint8Array, headers: Readonly<Record<string, Uint8Array>> = {}) =>
  createContents(value, headers)()

it('a payload up to its limit is kept as it is, a larger one compressed', () => {
  const at = contentsOf(Buffer.alloc(compressAboveBytes))
  expect([at.payload.length, at.headers]).toEqual([compressAboveBytes, {}])
  const beyond = contentsOf(Buffer.alloc(compressAboveBytes + 1))
  expect(beyond.payload.length).toBeLessThan(1000)
  expect(beyond.headers).toEqual({ [payloadEncodingHeader]: Buffer.from('gzip') })
})

it('what stays too large though it is compressed is left out, and the letter says where it is', () => {
  // What gzip adds to noise is some five bytes per 16 KiB.
  expect(contentsOf(noise(payloadBytesMax - 1024)).payload.length).toBeLessThanOrEqual(
    payloadBytesMax,
  )
  const beyond = contentsOf(noise(payloadBytesMax + 1))
  expect(beyond.payload).toHaveLength(0)
  expect(beyond.note).toContain('too many to keep and are only where they came from')
})

it('headers are kept as long as they have room, the smallest first, and the letter says how many are missing', () => {
  // Sealed: a third more, and 64 bytes.
  const largest = Buffer.alloc(((headerBytesMax - 64 - 1) / 4) * 3 - 3)
  expect(contentsOf(Buffer.alloc(1), { a: largest })).toMatchObject({
    headers: { a: largest },
    note: '',
  })
  const beyond = contentsOf(Buffer.alloc(1), { a: largest, b: Buffer.from('ours') })
  expect(Object.keys(beyond.headers)).toEqual(['b'])
  expect(beyond.note).toContain('1 of its headers are too large to keep')
})

it('the name of a header counts as the UTF-8 that it is sent as', () => {
  const long = '€'.repeat(headerBytesMax / 3)
  const one = contentsOf(Buffer.alloc(1), { [long]: Buffer.alloc(1), b: Buffer.from('ours') })
  expect(Object.keys(one.headers)).toEqual(['b'])
  const many: Record<string, Uint8Array> = {}
  for (let n = 0; n < 2000; n += 1) many[`${'€'.repeat(60)}${n}`] = Buffer.alloc(1)
  const kept = Object.keys(contentsOf(Buffer.alloc(1), many).headers)
  expect(Buffer.byteLength(kept.join(''))).toBeLessThan(headerBytesMax)
})

it('a header that is called by somebody’s address is left out, and the letter says how many are', () => {
  const value = Buffer.from('x')
  const contents = contentsOf(Buffer.alloc(1), { trace: value, 'for ada@shop.test': value })
  expect(contents.headers).toEqual({ trace: value })
  expect(contents.note).toContain('1 of its headers would name a person')
  expect(contents.note).not.toContain('ada')
})

it('the letters of one record carry its bytes as long as they have room together, and the first one always', () => {
  const half = createContents(noise(compressAboveBytes), {})
  const letters = Array.from({ length: 6 }, () => half())
  const carrying = letters.filter(({ payload }) => payload.length > 0)
  expect(carrying).toHaveLength(bytesPerRecordMax / compressAboveBytes)
  expect(letters.at(-1)?.note).toContain('with the first of this record')
  const large = createContents(noise(bytesPerRecordMax + 1), {})
  expect([large().payload.length > bytesPerRecordMax, large().payload.length]).toEqual([true, 0])
})
