import { expect, it } from 'vitest'
import { compileDefinition } from '../../definition/compile.ts'
import { pipelineSchema } from '../../definition/schema.ts'
import { definitionVersion, epochMs, offset } from '../../event/ids.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import type { RegistryDecoder } from '../../registry/index.ts'
import { envelope } from '../core/envelope/envelope.ts'
import { defaultLimits } from '../core/limits.ts'
import { mapped } from '../core/map/mapped.ts'
import { silentTally } from '../core/outcome.ts'
import { type DeadLetterReason, deadLetterReasons } from '../core/reasons.ts'
import type { Vendor } from '../core/source.ts'
import { readRecord } from './read-record.ts'
import { createRecordDecoder } from './registry-decoder.ts'
import { createRules } from './rules.ts'

const now = Date.UTC(2026, 2, 2, 12)

/** Stands for a normaliser with a bug. */
const clumsy: Vendor = {
  ...envelope,
  name: 'segment',
  draft() {
    throw new TypeError('no such method')
  },
}

const source = (topic: string, more: object = {}) => ({
  channel: 'web',
  topics: [topic],
  format: 'json',
  source: 'tributary',
  name: topic,
  ...more,
})

const rules = createRules(
  compileDefinition(
    pipelineSchema.parse({
      purposes: {},
      sources: [
        source('json'),
        source('avro', { format: 'avro' }),
        source('with_ids', { event_ids: { content_hash: false } }),
        source('clumsy', { source: 'segment' }),
        source('csv', {
          format: 'csv',
          source: 'mapped',
          map: {
            columns: ['who', 'at'],
            type: { const: 'page_viewed' },
            occurred_at: { path: 'at', format: 'iso' },
            identifiers: [{ type: 'user_id', path: 'who' }],
          },
        }),
      ],
    }),
    definitionVersion(1),
  ),
  {
    channel: 'web',
    vendors: [envelope, mapped, clumsy],
    limits: defaultLimits,
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    partitions: 4,
    suppressed: () => undefined,
    prefix: '',
    tally: silentTally,
  },
)

/** A registry that finds in each record what its second byte says. */
const registry: RegistryDecoder = {
  decode: (bytes) => ({
    ok: false,
    reason:
      (['not_confluent_format', 'unknown_schema_id', 'truncated_record'] as const)[bytes[1] ?? 0] ??
      'invalid_record',
    detail: 'as told',
    schemaId: 1,
  }),
}

const decoder = createRecordDecoder(registry)

interface Told {
  readonly topic: string
  readonly value: Uint8Array
  readonly timestamp?: number
}

const bytes = (value: string | readonly number[], topic = 'json'): Told => ({
  topic,
  value: typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value),
})

const event = (more: object, topic = 'json'): Told =>
  bytes(
    JSON.stringify({
      type: 'page_viewed',
      occurred_at: now,
      identifiers: { user_id: 'u' },
      ...more,
    }),
    topic,
  )

const nested = (depth: number): unknown => (depth === 0 ? 1 : { inner: nested(depth - 1) })

/** A record for every reason. The type keeps the list whole. */
const told: Readonly<Record<DeadLetterReason, Told>> = {
  invalid_record_time: { ...event({}), timestamp: -1 },
  record_too_large: bytes(`"${'x'.repeat(2 ** 20)}"`),
  empty_record: bytes(''),
  invalid_utf8: bytes([0x22, 0xff, 0x22]),
  invalid_json: bytes('{'),
  unknown_format: bytes([0, 0], 'avro'),
  unknown_schema: bytes([0, 1], 'avro'),
  invalid_avro: bytes([0, 2], 'avro'),
  unknown_source: event({}, 'elsewhere'),
  unexpected_shape: bytes('"text"'),
  too_many_events: bytes(JSON.stringify(Array.from({ length: 10_001 }, () => 0))),
  missing_field: event({ type: undefined }),
  invalid_field: event({ consent: { email_marketing: 'perhaps' } }),
  unsafe_number: bytes(
    '{"type":"page_viewed","occurred_at":1772445600000,"event_id":12345678901234567890}',
  ),
  normaliser_failed: event({}, 'clumsy'),
  missing_time: event({ occurred_at: null }),
  invalid_time: event({ occurred_at: '2026-02-30T00:00:00Z' }),
  invalid_time_zone: event({ occurred_at: '2026-03-01T00:00:00+25:00' }),
  epoch_zero_time: event({ occurred_at: 0 }),
  wrong_time_unit: event({ occurred_at: now / 1000 }),
  ancient_event_time: event({ occurred_at: '1899-12-30T00:00:00Z' }),
  future_event_time: event({ occurred_at: '2026-03-02T14:00:00Z' }),
  wrong_time_zone: event({ occurred_at: '2026-03-02T14:00:00' }),
  missing_event_id: event({}, 'with_ids'),
  event_id_too_long: event({ event_id: 'x'.repeat(513) }),
  too_many_identifiers: event({
    identifiers: { user_id: Array.from({ length: 33 }, (_, at) => `u${at}`) },
  }),
  identifier_too_long: event({ identifiers: { user_id: 'ab'.repeat(513) } }),
  string_too_long: event({ properties: { text: 'x'.repeat(16_385) } }),
  too_deep: event({ properties: nested(18) }),
  event_too_large: event({ properties: { list: Array.from({ length: 2000 }, () => 0) } }),
  invalid_csv_row: bytes('a,b,c\n', 'csv'),
}

it.each(deadLetterReasons)('%s is what a record may be told', (reason) => {
  const { topic, value, timestamp = now } = told[reason]
  const record = { offset: offset(1), timestamp: epochMs(timestamp), key: null, headers: {}, value }
  const read = readRecord(record, { topic, partition: 0 }, 'live', rules, {
    decoder,
    limits: defaultLimits,
  })
  const [fate] = typeof read === 'number' ? [] : read.fates
  expect(fate).toMatchObject({ fate: 'dead_letter', reason })
})

it('is a list that a good event is not on', () => {
  const { topic, value } = event({ occurred_at: now })
  const record = { offset: offset(1), timestamp: epochMs(now), key: null, headers: {}, value }
  expect(
    readRecord(record, { topic, partition: 0 }, 'live', rules, { decoder, limits: defaultLimits }),
  ).toMatchObject({ fates: [{ fate: 'routed' }] })
})

it.each([-8.64e15, -1, Date.UTC(2100, 0, 1), 8.64e15])(
  'a record of the time %d is refused, whatever it holds, and its dead letter has no time of receipt',
  (timestamp) => {
    const { topic, value } = event({ occurred_at: now })
    const record = { offset: offset(1), timestamp: epochMs(timestamp), key: null, headers: {} }
    const at = { topic, partition: 0 }
    const deps = { decoder, limits: defaultLimits }
    expect(readRecord({ ...record, value }, at, 'live', rules, deps)).toMatchObject({
      receivedAt: null,
      fates: [{ fate: 'dead_letter', reason: 'invalid_record_time' }],
    })
  },
)
