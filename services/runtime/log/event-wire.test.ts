/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testEvent } from '../definition/testing/test-event.ts'
import type { RoutedEvent } from '../event/event.ts'
import { AvroPen } from './avro-pen.ts'
import { writeEventMessage } from './event-wire.ts'
import { toWireMessage } from './frame-mapping.ts'
import { messageCodec } from './frame-wire.ts'
import type { Message } from './messages.ts'
import { anyEvent, anyMessage, anyPosition } from './testing/arbitraries.ts'

/** The bytes, after some that stand there already; undefined: avsc has to write it. */
function written(message: Message): Buffer | undefined {
  const pen = new AvroPen()
  pen.start(3)
  return writeEventMessage(pen, message) ? Buffer.from(pen.bytes.subarray(3, pen.at)) : undefined
}
const byAvsc = (message: Message): Buffer => messageCodec.encode(toWireMessage(message))
const messageOf = (event: RoutedEvent): Message => ({
  position: [1, 2, 3],
  body: { kind: 'event', event },
})

test('an event has the bytes that avsc gives it, and everything else is left to avsc', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { body } = message
      expect(written(message)).toEqual(
        body.kind === 'event' && body.place === undefined ? byAvsc(message) : undefined,
      )
    }),
  )
})

test('so has one with texts of any length and script, and numbers of any size', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 20_000 }),
    // Where the count of bytes takes one byte more than that of units, and around it.
    fc.integer({ min: 20, max: 70 }).map((length) => 'é'.repeat(length)),
    fc.integer({ min: 60, max: 66 }).map((length) => 'e'.repeat(length)),
  )
  const anyTime = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
  fc.assert(
    fc.property(anyEvent, anyPosition, anyText, anyText, anyTime, (event, position, a, b, at) => {
      const message: Message = {
        position,
        body: {
          kind: 'event',
          event: {
            ...event,
            eventId: a,
            source: b,
            properties: { ...event.properties, a, [b]: a },
            occurredAt: at as RoutedEvent['occurredAt'],
          },
        },
      }
      expect(written(message)).toEqual(byAvsc(message))
    }),
  )
})

const event = testEvent()

test('what avsc refuses, or writes in a way of its own, is left to it', () => {
  const odd: Partial<RoutedEvent>[] = [
    { eventId: 'half of a pair: \ud83d' },
    { occurredAt: 0.5 as never },
    { occurredAt: Number.NaN as never },
    { receivedAt: (2 ** 60) as never },
    { schemaId: 2 ** 31 },
    { schemaId: 1.5 },
    { channel: 'fax' as never },
    { party: 'second' as never },
    { traitKind: 'wished' as never },
  ]
  for (const one of odd) expect(written(messageOf({ ...event, ...one }))).toBeUndefined()
  expect(written(messageOf(event))).toEqual(byAvsc(messageOf(event)))
})

test('consent is written as it is, though the event before had another', () => {
  const consents: RoutedEvent['consent'][] = [{}, { ads: 'granted' }, {}, { ads: 'denied' }]
  for (const consent of [...consents, ...consents]) {
    const message = messageOf({ ...event, consent })
    expect(written(message)).toEqual(byAvsc(message))
  }
})

test('the pen makes room where its bytes end, and keeps what it wrote', () => {
  const pen = new AvroPen()
  const size = pen.bytes.length
  const message = messageOf({ ...event, eventId: 'x'.repeat(1000) })
  let at = 0
  while (pen.bytes.length === size) {
    pen.start(at)
    expect(writeEventMessage(pen, message)).toBe(true)
    ;({ at } = pen)
  }
  const one = byAvsc(message)
  expect(pen.bytes.subarray(at - 2 * one.length, at)).toEqual(Buffer.concat([one, one]))
})
