/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import avro, { type Schema } from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { avroSchemaText } from '#schemas/avro/schemas.ts'
import type { JsonObject } from '../event/event.ts'
import { definitionVersion, type EventKey, offset } from '../event/ids.ts'
import { type DefinitionRecord, decodeDefinition, encodeDefinition } from './definitions-record.ts'
import type { LinksRecord } from './links.ts'
import { decodeLinksRecord, encodeLinksRecord } from './links-record.ts'
import {
  type DeadLetterRecord,
  deadLetterCodec,
  type IdentityDecisionRecord,
  identityDecisionCodec,
  type SegmentTransitionRecord,
  segmentTransitionCodec,
} from './public-records.ts'
import { decodeSuppression, encodeSuppression, type SuppressionRecord } from './suppression.ts'
import {
  anyFragment,
  anyJson,
  anyPartition,
  anyPosition,
  anyProfile,
  anyPseudonym,
  anyText,
  anyTime,
} from './testing/arbitraries.ts'

const anyLinksRecord: fc.Arbitrary<LinksRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('link' as const),
    linkId: anyText,
    sender: fc.record({ generation: fc.nat(255), partition: anyPartition, position: anyPosition }),
    identifiers: fc.array(anyPseudonym, { maxLength: 5 }),
    eventId: anyText,
    eventKey: anyText.map((key) => key as EventKey),
    source: anyText,
    eventType: anyText,
    occurredAt: anyTime,
    receivedAt: anyTime,
    logTime: anyTime,
  }),
  fc.record({
    kind: fc.constant('command' as const),
    commandId: anyText,
    at: anyTime,
    by: anyText,
    reason: anyText,
    action: fc.constantFrom(
      'merge' as const,
      'unsplit' as const,
      'split' as const,
      'erase' as const,
    ),
    fragments: fc.array(anyFragment, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('define' as const),
    version: fc.nat().map(definitionVersion),
    at: anyTime,
  }),
  fc.record({ kind: fc.constant('live' as const), at: anyTime }),
)

const anySuppression: fc.Arbitrary<SuppressionRecord> = fc.record({
  fragment: anyFragment,
  erasedAt: anyTime,
  commandId: anyText,
})

const anyDefinition: fc.Arbitrary<DefinitionRecord> = fc.record({
  content: anyText,
  hash: anyText,
  deployedAt: anyTime,
  deployedBy: anyText,
  generation: fc.nat(255),
})

const anyTransition: fc.Arbitrary<SegmentTransitionRecord> = fc.record({
  profileId: anyProfile,
  segment: anyText,
  to: fc.constantFrom('entered', 'exited'),
  at: anyTime,
  cause: fc.constantFrom(
    'event',
    'timer',
    'merge',
    'split',
    'define',
    'import',
    'erasure',
    'expiry',
    'consent',
  ),
  version: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  seq: fc.nat(),
  definition: fc.nat().map(definitionVersion),
  ruleHash: anyText,
  because: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), anyJson, {
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonObject>,
})

const texts = fc.array(anyText, { maxLength: 4 })
const anyDecision: fc.Arbitrary<IdentityDecisionRecord> = fc.record({
  decisionId: anyText,
  version: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  at: anyTime,
  rule: anyText,
  outcome: fc.constantFrom(
    'merge',
    'refuse',
    'demote',
    'block',
    'ambiguous',
    'split',
    'unsplit',
    'erase',
  ),
  linkId: anyText,
  evidence: texts,
  source: anyText,
  identifiers: fc.array(anyFragment),
  demoted: fc.array(anyFragment),
  before: fc.array(anyProfile),
  after: fc.array(anyProfile),
})

const anyDeadLetter: fc.Arbitrary<DeadLetterRecord> = fc.record({
  topic: anyText,
  partition: anyPartition,
  offset: fc.integer({ min: 0, max: 2 ** 52 }).map(offset),
  index: fc.option(fc.nat(), { nil: null }),
  stage: anyText,
  reason: anyText,
  detail: anyText,
  source: fc.option(anyText, { nil: null }),
  schemaId: fc.option(fc.nat(), { nil: null }),
  receivedAt: anyTime,
  failedAt: anyTime,
  payload: anyText,
  headers: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), anyText, { noNullPrototype: true }),
  attempt: fc.integer({ min: 1, max: 65_535 }),
  history: fc.array(
    fc.record({ attempt: fc.nat(), failedAt: anyTime, stage: anyText, reason: anyText }),
    { maxLength: 3 },
  ),
})

describe('decoding what was encoded gives the record:', () => {
  test('identity.links', () => {
    fc.assert(
      fc.property(anyLinksRecord, (record) => {
        expect(decodeLinksRecord(encodeLinksRecord(record))).toEqual(record)
      }),
    )
  })
  test('identity.suppressions', () => {
    fc.assert(
      fc.property(anySuppression, (record) => {
        expect(decodeSuppression(encodeSuppression(record))).toEqual(record)
      }),
    )
  })
  test('pipeline.definitions', () => {
    fc.assert(
      fc.property(anyDefinition, (record) => {
        expect(decodeDefinition(encodeDefinition(record))).toEqual(record)
      }),
    )
  })
  test('profile.segments', () => {
    fc.assert(
      fc.property(anyTransition, fc.nat(), (record, schemaId) => {
        const bytes = Buffer.from(segmentTransitionCodec.encode(record, schemaId))
        expect(bytes.readUInt32BE(1)).toBe(schemaId)
        expect(segmentTransitionCodec.decode(bytes)).toEqual(record)
      }),
    )
  })
  test('identity.decisions', () => {
    fc.assert(
      fc.property(anyDecision, (record) => {
        expect(identityDecisionCodec.decode(identityDecisionCodec.encode(record, 1))).toEqual(
          record,
        )
      }),
    )
  })
  test('deadletter', () => {
    fc.assert(
      fc.property(anyDeadLetter, (record) => {
        expect(deadLetterCodec.decode(deadLetterCodec.encode(record, 1))).toEqual(record)
      }),
    )
  })
})

test('a dead letter of before attempts were counted is a first one', () => {
  const { fields, ...rest } = JSON.parse(avroSchemaText('public/dead-letter')) as {
    fields: { name: string }[]
  }
  const before = avro.Type.forSchema({
    ...rest,
    fields: fields.filter(({ name }) => name !== 'attempt' && name !== 'history'),
  } as unknown as Schema)
  fc.assert(
    fc.property(anyDeadLetter, ({ attempt: _attempt, history: _history, ...record }) => {
      const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), before.toBuffer(record)])
      expect(deadLetterCodec.decode(bytes)).toEqual({ ...record, attempt: 1, history: [] })
    }),
  )
})

test('what is no such record is refused by name', () => {
  const invalid = expect.objectContaining({ code: 'TRB_FRAME_INVALID' }) as Error
  for (const decode of [
    decodeLinksRecord,
    decodeSuppression,
    decodeDefinition,
    (bytes: Uint8Array) => deadLetterCodec.decode(bytes),
  ]) {
    expect(() => decode(Buffer.from([9, 9]))).toThrow(invalid)
    expect(() => decode(new Uint8Array())).toThrow(invalid)
  }
})
