/* oxlint-disable typescript/no-unsafe-type-assertion -- any text is an id here */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Bar } from '../core/state.ts'
import { decodeEvidence, writeEvidence } from './evidence-codec.ts'
import { createIdentifierCodec } from './identifier-codec.ts'
import { createRowWriter } from './row-bytes.ts'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
const id = text.map((value) => value as FragmentId)
const time = fc.integer({ min: -1, max: 2 ** 52 }).map(epochMs)
const offset = fc.nat({ max: 2 ** 50 })
const bars = fc.array(text.map((value) => `0${value}` as Bar))
const word = fc.nat({ max: 2 ** 32 - 1 })
const references = (sets: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(fc.tuple(word, offset, sets)).map((list) => list.flat())

const identifier = fc.record({
  node: fc.option(
    fc.record({
      component: id,
      first: fc.integer({ min: -1, max: 2 ** 50 }),
      seenAt: time,
      erasedAt: time,
      excluded: fc.constantFrom(null, 'ambiguous_device' as const, 'automatic_block' as const),
      seenWith: fc.array(id),
      met: fc.array(fc.tuple(word, time)),
      bars,
    }),
  ),
  component: fc.option(
    fc.record({
      members: fc.array(id),
      counts: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]*$/), word, {
        noNullPrototype: true,
      }),
      bars,
    }),
  ),
  joins: references(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  named: references(fc.constant(0)),
  more: fc.nat({ max: 7 }),
  isChanged: fc.constant(false),
})

it('a row of an identifier is read as it was written, and the same gives the same bytes', () => {
  const codec = createIdentifierCodec()
  fc.assert(
    fc.property(fc.array(identifier), (different) => {
      const written = different.flatMap((one) => [one, { ...one, more: 1 }])
      const rows = written.map((one) => codec.encode(one))
      expect(rows.map((row) => codec.decode(row))).toEqual(written)
      expect(written.map((one) => Buffer.from(codec.encode(one)))).toEqual(
        rows.map((row) => Buffer.from(row)),
      )
    }),
  )
})

it('a row of evidence is read as it was written, whatever its keys are', () => {
  const writer = createRowWriter()
  const kept = fc
    .record({ linkId: text, nonces: fc.array(text), others: fc.array(text) })
    .chain(({ linkId, nonces, others }) =>
      fc.record({
        linkId: fc.constant(linkId),
        said: fc.record({
          ids: fc.array(id),
          others: fc.array(id),
          eventId: text,
          source: text,
          offset,
          receivedAt: time,
          seenAt: time,
          kind: fc.constantFrom('event' as const, 'aliased' as const, 'merge' as const),
          keys: fc.constant<string[]>([...nonces.map((nonce) => `${linkId}/${nonce}`), ...others]),
        }),
      }),
    )
  fc.assert(
    fc.property(fc.array(kept), (written) => {
      const rows = written.map((one) => {
        writer.start()
        writeEvidence(writer, one)
        return writer.end()
      })
      expect(rows.map(decodeEvidence)).toEqual(written)
    }),
  )
})
