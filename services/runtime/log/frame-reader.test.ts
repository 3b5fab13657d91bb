import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame } from './frame.ts'
import { fromWireHeader, fromWireMessage } from './frame-mapping.ts'
import { readFrame } from './frame-reader.ts'
import { frameCodec } from './frame-wire.ts'
import type { Frame } from './messages.ts'
import { anyFrame } from './testing/arbitraries.ts'

const encoded = (frame: Frame): Buffer => Buffer.from(encodeFrame(frame))

/** null: it refuses them. */
function byAvsc(bytes: Buffer): Frame | null {
  try {
    const wire = frameCodec.decode(bytes, 1)
    return { ...fromWireHeader(wire), messages: wire.messages.map(fromWireMessage) }
  } catch {
    return null
  }
}

test('a frame is what avsc reads, one after another', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const bytes = encoded(frame)
      expect(readFrame(bytes, 1)).toEqual(byAvsc(bytes))
      expect(readFrame(bytes, 1)).toEqual(frame)
    }),
    { numRuns: 300 },
  )
})

test('damaged bytes are what avsc takes them for, or left to it', () => {
  const damage = fc.oneof(
    fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ end: fc.nat() }),
  )
  let read = 0
  fc.assert(
    fc.property(anyFrame, damage, (frame, how) => {
      const whole = encoded(frame)
      const bytes = 'end' in how ? whole.subarray(0, 1 + (how.end % whole.length)) : whole
      if ('byte' in how) bytes[1 + (how.at % (bytes.length - 1))] = how.byte
      const ours = readFrame(bytes, 1)
      if (ours === null) return
      read += 1
      expect(ours).toEqual(byAvsc(bytes))
    }),
    { numRuns: 3000 },
  )
  // A byte within a text or a number makes another one.
  expect(read).toBeGreaterThan(300)
})

test('bytes that are left over are not taken', () => {
  const bytes = encoded({ origin: { kind: 'links' }, logTime: null, messages: [] })
  expect(readFrame(bytes, 1)?.messages).toEqual([])
  expect(readFrame(Buffer.concat([bytes, Buffer.alloc(1)]), 1)).toBeNull()
})
