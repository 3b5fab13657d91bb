/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FragmentId } from '../event/ids.ts'
import {
  decodeFrame,
  encodeFrame,
  encodeSingleFrame,
  frameSizeMaxBytes,
  packFrames,
} from './frame.ts'
import type { Frame, Message } from './messages.ts'
import { anyFrame } from './testing/arbitraries.ts'

const erase = (n: number, fragment = 'email:x'): Message => ({
  position: [n, 0, 0],
  body: { kind: 'erase', fragment: fragment as FragmentId },
})
const frameOf = (messages: readonly Message[]): Frame => ({
  origin: { kind: 'links' },
  logTime: null,
  messages,
})

test('decoding an encoded frame gives the frame', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
    }),
  )
})

test('equal frames have equal bytes, whatever the order of keys', () => {
  const event = (properties: { a: number; b: number }): Frame =>
    frameOf([
      {
        position: [1, 2, 3],
        body: {
          kind: 'member',
          profile: 'p' as never,
          fragment: 'f' as never,
          whole: true,
          parts: [{ name: 'x', state: properties }],
        },
      },
    ])
  expect(encodeFrame(event({ a: 1, b: 2 }))).toEqual(encodeFrame(event({ b: 2, a: 1 })))
})

test('packing keeps every message, in order, in frames below the limit', () => {
  fc.assert(
    fc.property(anyFrame, fc.integer({ min: 20_000, max: 40_000 }), (frame, bytesMax) => {
      const packed = packFrames(frame, bytesMax)
      for (const bytes of packed) expect(bytes.length).toBeLessThanOrEqual(bytesMax)
      const frames = packed.map(decodeFrame)
      expect(frames.flatMap((f) => f.messages)).toEqual(frame.messages)
      for (const f of frames) expect([f.origin, f.logTime]).toEqual([frame.origin, frame.logTime])
    }),
  )
})

test('packing splits at the limit of bytes and at 65,535 messages', () => {
  const large = Array.from({ length: 10 }, (_, n) => erase(n, 'x'.repeat(200 * 1024)))
  const packed = packFrames(frameOf(large))
  expect(packed.map((bytes) => decodeFrame(bytes).messages.length)).toEqual([3, 3, 3, 1])
  for (const bytes of packed) expect(bytes.length).toBeLessThanOrEqual(frameSizeMaxBytes)
  const many = Array.from({ length: 65_537 }, (_, n) => erase(n, ''))
  expect(packFrames(frameOf(many)).map((b) => decodeFrame(b).messages.length)).toEqual([65_535, 2])
})

test('the frame of a flush is refused above the limits instead of being split', () => {
  const tooLarge = expect.objectContaining({ code: 'TRB_FRAME_TOO_LARGE' }) as Error
  expect(() => encodeSingleFrame(frameOf([erase(0, 'x'.repeat(800_000))]))).toThrow(tooLarge)
  expect(() =>
    encodeSingleFrame(frameOf(Array.from({ length: 65_536 }, (_, n) => erase(n, '')))),
  ).toThrow(tooLarge)
  expect(() => packFrames(frameOf([erase(0, 'x'.repeat(800_000))]))).toThrow(tooLarge)
  expect(decodeFrame(encodeSingleFrame(frameOf([erase(7)]))).messages).toEqual([erase(7)])
})

test('frames written before events had places, erasures a time and generations a beginning are read as they are', () => {
  // Written by the version of 2026-11-24: an event, an erasure and a Tick.
  const written =
    'AQIAFmNoYW5uZWwud2ViAAIABgoCAAAEZTEEazECFGVtYWlsOmFhYWECEnRyaWJ1dGFyeRZwYWdlX3ZpZXdlZICgq/75YoKgq/75YgQUZW1haWw6YWFhYQAiYW5vbnltb3VzX2lkOmJiYmICCnNob3J0AB57ImNpdHkiOiJSb21lIn0CACZ7InNlcnZpY2UiOiJiYXNpcyJ9AAR7fQIOAAAMAAAEFGVtYWlsOmFhYWEOAAAOAA=='
  const frame = decodeFrame(Buffer.from(written, 'base64'))
  expect(frame.messages.map(({ body }) => body.kind)).toEqual(['event', 'erase', 'tick'])
  expect(encodeFrame(frame)).toEqual(Buffer.from(written, 'base64'))
})

test('foreign formats, cut and padded frames are refused', () => {
  const bytes = encodeFrame(frameOf([erase(1), erase(2)]))
  const invalid = expect.objectContaining({ code: 'TRB_FRAME_INVALID' }) as Error
  expect(() => decodeFrame(bytes.subarray(0, -1))).toThrow(invalid)
  expect(() => decodeFrame(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(invalid)
  expect(() => decodeFrame(Buffer.concat([Buffer.from([2]), bytes.subarray(1)]))).toThrow(invalid)
  expect(() => decodeFrame(new Uint8Array())).toThrow(invalid)
})
