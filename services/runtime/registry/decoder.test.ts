/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { avroSchemaText } from '#schemas/avro/schemas.ts'
import { cpuMs } from '../../../test/support/cpu.ts'
import { TributaryError } from '../errors/index.ts'
import { epochMs } from '../event/ids.ts'
import type { RegisteredSchema } from './client.ts'
import {
  createRegistryDecoder,
  type DecodeOutcome,
  denialsMax,
  type RegistryDecoder,
  schemasMax,
} from './decoder.ts'
import { emptyItemsMax } from './guard-collections.ts'
import { exactLong } from './longs.ts'
import { forgetfulStore, type SchemaStore } from './schema-store.ts'

const wire = (id: number, body: Uint8Array): Buffer => {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(id, 1)
  return Buffer.concat([header, body])
}

/** A registry that is a map, counts its calls and can go away. */
function createFakeRegistry(schemas: Record<number, string>): {
  schemaById: (id: number) => Promise<RegisteredSchema | undefined>
  asked: number[]
  away: boolean
} {
  const registry = {
    asked: [] as number[],
    away: false,
    schemaById: async (id: number): Promise<RegisteredSchema | undefined> => {
      registry.asked.push(id)
      if (registry.away) throw new TributaryError('TRB_REGISTRY_UNAVAILABLE', 'away')
      const text = schemas[id]
      return Promise.resolve(
        text === undefined ? undefined : { type: 'AVRO', text, references: [] },
      )
    },
  }
  return registry
}

const decoderOf = (schemas: Record<number, string>): RegistryDecoder =>
  createRegistryDecoder({
    client: createFakeRegistry(schemas),
    store: forgetfulStore,
    now: () => epochMs(0),
  })

const valueOf = (outcome: DecodeOutcome): unknown => {
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.detail}`)
  return outcome.value
}

const everything = {
  type: 'record',
  name: 'Everything',
  namespace: 'acme',
  fields: [
    { name: 'flag', type: 'boolean' },
    { name: 'small', type: 'int' },
    { name: 'ratio', type: 'double' },
    { name: 'name', type: ['null', 'string'] },
    { name: 'color', type: { type: 'enum', name: 'Color', symbols: ['red', 'blue'] } },
    { name: 'tags', type: { type: 'array', items: ['string', 'long', 'double'] } },
    {
      name: 'extra',
      type: { type: 'map', values: ['null', 'string', { type: 'array', items: 'int' }] },
    },
    { name: 'raw', type: 'bytes' },
    { name: 'next', type: ['null', 'Everything'] },
  ],
}
/** The same schema as a producer uses it, with wrapped unions. */
const writer = avro.Type.forSchema(everything as never, {
  wrapUnions: 'always',
  registry: { long: exactLong },
})

interface Plain {
  flag: boolean
  small: number
  ratio: number
  name: string | null
  color: string
  tags: (string | number)[]
  extra: Record<string, string | number[] | null>
  raw: string
  next: Plain | null
}

const wrap = (tag: string | number): object =>
  typeof tag === 'string'
    ? { string: tag }
    : Number.isSafeInteger(tag)
      ? { long: tag }
      : { double: tag }
const wrapExtra = (value: string | number[] | null): object | null =>
  value === null ? null : typeof value === 'string' ? { string: value } : { array: value }
const toWriter = (plain: Plain): object => ({
  ...plain,
  name: plain.name === null ? null : { string: plain.name },
  tags: plain.tags.map(wrap),
  extra: Object.fromEntries(Object.entries(plain.extra).map(([k, v]) => [k, wrapExtra(v)])),
  raw: Buffer.from(plain.raw, 'base64'),
  next: plain.next === null ? null : { 'acme.Everything': toWriter(plain.next) },
})

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const anyText = fc.string({ unit: 'grapheme' })
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n))
const leaf: fc.Arbitrary<Plain> = fc.record({
  flag: fc.boolean(),
  small: int,
  ratio: double,
  name: fc.option(anyText, { nil: null }),
  color: fc.constantFrom('red', 'blue'),
  tags: fc.array(fc.oneof(anyText, fc.maxSafeInteger(), double), { maxLength: 5 }),
  extra: fc.dictionary(
    fc.stringMatching(/^\w{1,8}$/),
    fc.oneof(fc.constant(null), anyText, fc.array(int)),
    {
      noNullPrototype: true,
    },
  ),
  raw: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
  next: fc.constant(null),
})
const anyPlain = fc.oneof(
  leaf,
  fc.tuple(leaf, leaf).map(([outer, inner]): Plain => ({ ...outer, next: inner })),
)

describe('values', () => {
  test('come out as plain JSON, unions as their value', async () => {
    const decoder = decoderOf({ 7: JSON.stringify(everything) })
    await fc.assert(
      fc.asyncProperty(anyPlain, async (plain) => {
        const outcome = await decoder.decode(wire(7, writer.toBuffer(toWriter(plain))))
        expect(valueOf(outcome)).toEqual(plain)
      }),
    )
  })

  test('a long is a number while that is exact, its text beyond', async () => {
    const schema = '{"type":"record","name":"L","fields":[{"name":"n","type":["null","long"]}]}'
    const decoder = decoderOf({ 1: schema })
    const long = (hex: string): Buffer =>
      wire(1, Buffer.concat([Buffer.from([2]), Buffer.from(hex, 'hex')]))
    expect(valueOf(await decoder.decode(long('feffffffffffff1f')))).toEqual({ n: 2 ** 53 - 1 })
    expect(valueOf(await decoder.decode(long('8080808080808020')))).toEqual({
      n: '9007199254740992',
    })
    expect(valueOf(await decoder.decode(long('ffffffffffffffffff01')))).toEqual({
      n: '-9223372036854775808',
    })
  })

  test('logical types are dates and exact decimals', async () => {
    const logical = (type: string, logicalType: string, more: object = {}): object => ({
      type,
      logicalType,
      ...more,
    })
    const fields = [
      { name: 'millis', type: logical('long', 'timestamp-millis') },
      { name: 'micros', type: logical('long', 'timestamp-micros') },
      { name: 'nanos', type: ['null', logical('long', 'timestamp-nanos')] },
      { name: 'local', type: logical('long', 'local-timestamp-millis') },
      { name: 'date', type: logical('int', 'date') },
      { name: 'price', type: logical('bytes', 'decimal', { precision: 30, scale: 2 }) },
      { name: 'debt', type: logical('bytes', 'decimal', { precision: 30, scale: 2 }) },
      { name: 'units', type: ['null', logical('bytes', 'decimal', { precision: 4 })] },
    ]
    const schema = { type: 'record', name: 'T', fields }
    const plainWriter = avro.Type.forSchema(schema as never, {
      wrapUnions: 'always',
      logicalTypes: {},
    })
    const ms = Date.UTC(2024, 1, 29, 12, 30, 1, 7)
    const bytes = Buffer.concat([
      plainWriter.toBuffer({
        millis: ms,
        micros: ms * 1000 + 999,
        nanos: null,
        local: ms,
        date: Math.floor(ms / 86_400_000),
        price: Buffer.from('0fffffffffffffffffff', 'hex'),
        debt: Buffer.from([0xfb]),
        units: { bytes: Buffer.from([12]) },
      }),
    ])
    const outcome = await decoderOf({ 1: JSON.stringify(schema) }).decode(wire(1, bytes))
    expect(valueOf(outcome)).toEqual({
      millis: '2024-02-29T12:30:01.007Z',
      micros: '2024-02-29T12:30:01.007Z',
      nanos: null,
      local: '2024-02-29T12:30:01.007',
      date: '2024-02-29',
      price: '755578637259143234191.35',
      debt: '-0.05',
      units: '12',
    })
  })

  test('our own channel event needs no knowledge of unions to be read', async () => {
    const text = avroSchemaText('channels/channel-event')
    const type = avro.Type.forSchema(JSON.parse(text) as never, {
      wrapUnions: 'always',
      logicalTypes: {},
    })
    const bytes = type.toBuffer({
      event_id: { string: 'e1' },
      source: 'shop',
      type: 'order_completed',
      occurred_at: Date.UTC(2024, 0, 1),
      identifiers: [{ type: 'email', value: 'a@example.org' }],
      traits: { plan: { string: 'gold' }, age: { long: 40 } },
      consent: { marketing: 'granted' },
      properties: { value: { double: 9.5 }, items: { array: [{ string: 'x' }, null] } },
    })
    expect(valueOf(await decoderOf({ 1: text }).decode(wire(1, bytes)))).toEqual({
      event_id: 'e1',
      source: 'shop',
      type: 'order_completed',
      occurred_at: '2024-01-01T00:00:00.000Z',
      identifiers: [{ type: 'email', value: 'a@example.org' }],
      traits: { plan: 'gold', age: 40 },
      consent: { marketing: 'granted' },
      properties: { value: 9.5, items: ['x', null] },
    })
  })
})

describe('bad records have a reason each', () => {
  const decoder = decoderOf({
    1: '{"type":"record","name":"R","fields":[{"name":"s","type":"string"},{"name":"l","type":{"type":"array","items":"string"}}]}',
    2: '{"type":"enum","name":"E","symbols":["a"]}',
    3: '{"type":"record","name":"Broken","fields":[{"name":"x","type":"Nowhere"}]}',
  })
  const good = Buffer.from('0461620202630 0'.replace(' ', ''), 'hex')
  test.each([
    ['not_confluent_format', Buffer.from('{"a":1}')],
    ['not_confluent_format', Buffer.from([0, 0, 0])],
    ['unknown_schema_id', wire(99, good)],
    ['unsupported_schema', wire(3, good)],
    ['truncated_record', wire(1, good.subarray(0, 4))],
    ['truncated_record', wire(1, Buffer.alloc(0))],
    ['trailing_bytes', wire(1, Buffer.concat([good, good]))],
    ['invalid_record', wire(2, Buffer.from([8]))],
  ])('%s', async (reason, bytes) => {
    expect(await decoder.decode(bytes)).toMatchObject({ ok: false, reason })
  })

  test('a schema that nothing is read by says what it is, in its own names', async () => {
    const schemas: Record<number, RegisteredSchema> = {
      1: { type: 'PROTOBUF', text: 'syntax = "proto3";', references: [] },
      2: { type: 'AVRO', text: '"my-shop.Nowhere"', references: [] },
    }
    const of = createRegistryDecoder({
      client: { schemaById: async (id) => Promise.resolve(schemas[id]) },
      store: forgetfulStore,
      now: () => epochMs(0),
    })
    expect(await of.decode(wire(1, good))).toMatchObject({
      reason: 'unsupported_schema',
      detail: 'schema 1: it is of the type PROTOBUF, and Avro alone is read',
    })
    expect(await of.decode(wire(2, good))).toMatchObject({
      reason: 'unsupported_schema',
      detail:
        'schema 2: it is no Avro schema that can be read: undefined type name: my-shop.Nowhere',
    })
  })

  test('a damaged count ends where the bytes end, instead of in the memory', async () => {
    const count = Buffer.from('feffffff1f', 'hex')
    const body = Buffer.concat([Buffer.from('046162', 'hex'), count, Buffer.from('0263', 'hex')])
    const took = await cpuMs(async () =>
      expect(await decoder.decode(wire(1, body))).toMatchObject({
        ok: false,
        reason: 'truncated_record',
      }),
    )
    expect(took).toBeLessThan(100)
  })

  test('no bytes at all make it throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(1, 2),
        async (bytes, id) => {
          const outcome = await decoder.decode(wire(id, bytes))
          expect(outcome.ok || outcome.detail.length > 0).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('the registry', () => {
  const text = '"string"'
  const record = wire(5, Buffer.from('0461', 'hex')).subarray(0, 7)
  const hello = wire(5, Buffer.concat([Buffer.from([4]), Buffer.from('hi')]))

  test('is asked once for an id that many records bring at once, and never again', async () => {
    const client = createFakeRegistry({ 5: text })
    const decoder = createRegistryDecoder({ client, store: forgetfulStore, now: () => epochMs(0) })
    const outcomes = await Promise.all([
      decoder.decode(hello),
      decoder.decode(hello),
      decoder.decode(hello),
    ])
    expect(outcomes.map(valueOf)).toEqual(['hi', 'hi', 'hi'])
    const known = decoder.decode(hello)
    expect(known).not.toBeInstanceOf(Promise)
    expect(client.asked).toEqual([5])
  })

  test('that is away is an error to wait on, not a dead letter; afterwards all goes on', async () => {
    const client = createFakeRegistry({ 5: text })
    client.away = true
    const decoder = createRegistryDecoder({ client, store: forgetfulStore, now: () => epochMs(0) })
    await expect(decoder.decode(hello)).rejects.toMatchObject({
      code: 'TRB_REGISTRY_UNAVAILABLE',
      retriable: true,
    })
    client.away = false
    expect(valueOf(await decoder.decode(hello))).toBe('hi')
  })

  test('that is away at a start does not matter for ids that were stored', async () => {
    const saved = new Map<number, RegisteredSchema>()
    const store: SchemaStore = {
      load: () => saved,
      save: (schemas) => {
        for (const [id, schema] of schemas) saved.set(id, schema)
      },
      close: async () => Promise.resolve(),
    }
    const client = createFakeRegistry({ 5: text })
    const before = createRegistryDecoder({ client, store, now: () => epochMs(0) })
    await before.decode(hello)
    client.away = true
    const after = createRegistryDecoder({ client, store, now: () => epochMs(0) })
    expect(valueOf(await after.decode(hello))).toBe('hi')
  })

  describe('that was made anew and gives an id to another schema', () => {
    const past: SchemaStore = {
      load: () => new Map([[5, { type: 'AVRO', text: '"boolean"', references: [] }]]),
      save: () => undefined,
      close: async () => Promise.resolve(),
    }

    test('is asked again when a record of the id cannot be read, once a minute', async () => {
      const schemas: Record<number, string> = { 5: text }
      const client = createFakeRegistry(schemas)
      let now = 0
      const decoder = createRegistryDecoder({ client, store: past, now: () => epochMs(now) })
      expect(valueOf(await decoder.decode(hello))).toBe('hi')
      expect(client.asked).toEqual([5])
      schemas[5] = '"boolean"'
      const yes = wire(5, Buffer.from([1]))
      now = 59_999
      expect(decoder.decode(yes)).toMatchObject({ ok: false, reason: 'truncated_record' })
      now = 60_000
      expect(valueOf(await decoder.decode(yes))).toBe(true)
      expect(valueOf(await decoder.decode(yes))).toBe(true)
      expect(client.asked).toEqual([5, 5])
    })

    test('and is slow to say so is waited for by each record of the id that cannot be read, and asked once', async () => {
      const { promise, resolve } = Promise.withResolvers<RegisteredSchema>()
      let asked = 0
      const client = {
        schemaById: async () => {
          asked += 1
          return promise
        },
      }
      let now = 0
      const decoder = createRegistryDecoder({ client, store: past, now: () => epochMs(now) })
      const first = decoder.decode(hello)
      now = 30_000
      const second = decoder.decode(hello)
      expect(valueOf(await decoder.decode(wire(5, Buffer.from([1]))))).toBe(true)
      resolve({ type: 'AVRO', text, references: [] })
      expect([await first, await second].map(valueOf)).toEqual(['hi', 'hi'])
      expect(asked).toBe(1)
    })

    test('and is away then keeps no record waiting, nor is it asked at each', async () => {
      const client = createFakeRegistry({ 5: text })
      client.away = true
      let now = 0
      const decoder = createRegistryDecoder({ client, store: past, now: () => epochMs(now) })
      const refused = { ok: false, reason: 'trailing_bytes' }
      expect(await decoder.decode(hello)).toMatchObject(refused)
      expect(decoder.decode(hello)).toMatchObject(refused)
      client.away = false
      now = 60_000
      expect(valueOf(await decoder.decode(hello))).toBe('hi')
      expect(client.asked).toEqual([5, 5])
    })
  })

  test('that denies an id is believed for half a minute', async () => {
    const schemas: Record<number, string> = {}
    const client = createFakeRegistry(schemas)
    let now = 0
    const decoder = createRegistryDecoder({
      client,
      store: forgetfulStore,
      now: () => epochMs(now),
    })
    expect(await decoder.decode(record)).toMatchObject({ ok: false, reason: 'unknown_schema_id' })
    expect(await decoder.decode(record)).toMatchObject({ ok: false, reason: 'unknown_schema_id' })
    expect(client.asked).toEqual([5])
    schemas[5] = text
    now = 30_001
    expect(valueOf(await decoder.decode(hello))).toBe('hi')
  })
})

describe('what a decoder remembers', () => {
  const text = JSON.stringify('string')
  const body = Buffer.from([2, 97])
  const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, id) => id)

  test('as many schemas as its limit, in memory and in its file; beyond it the one used longest ago is asked for again', async () => {
    const registry = createFakeRegistry(
      Object.fromEntries(ids(schemasMax + 1).map((id) => [id, text])),
    )
    let saved = 0
    const store: SchemaStore = {
      load: () =>
        new Map(ids(schemasMax).map((id) => [id, { type: 'AVRO', text, references: [] }])),
      save: (schemas) => {
        saved = schemas.size
      },
      close: async () => Promise.resolve(),
    }
    const decoder = createRegistryDecoder({ client: registry, store, now: () => epochMs(0) })
    for (const id of ids(schemasMax)) valueOf(await decoder.decode(wire(id, body)))
    expect(registry.asked).toEqual([])
    valueOf(await decoder.decode(wire(schemasMax, body)))
    expect([registry.asked, saved]).toEqual([[schemasMax], schemasMax])
    valueOf(await decoder.decode(wire(1, body)))
    valueOf(await decoder.decode(wire(schemasMax, body)))
    expect(registry.asked).toEqual([schemasMax])
    valueOf(await decoder.decode(wire(0, body)))
    expect(registry.asked).toEqual([schemasMax, 0])
  })

  test('as many denied ids as its limit, so that garbage of ever new ids costs no memory', async () => {
    const registry = createFakeRegistry({})
    const decoder = createRegistryDecoder({
      client: registry,
      store: forgetfulStore,
      now: () => epochMs(0),
    })
    for (const id of ids(denialsMax)) await decoder.decode(wire(id, body))
    await decoder.decode(wire(0, body))
    expect(registry.asked).toHaveLength(denialsMax)
    await decoder.decode(wire(denialsMax, body))
    await decoder.decode(wire(1, body))
    expect(registry.asked.slice(denialsMax)).toEqual([denialsMax, 1])
  })
})

describe('items that take no bytes', () => {
  const nulls = { type: 'array', items: 'null' }
  const decoder = decoderOf({
    1: JSON.stringify(nulls),
    2: JSON.stringify({ type: 'array', items: nulls }),
  })
  const long = (value: number): Buffer => avro.Type.forSchema('long').toBuffer(value)
  const blocks = (...counts: readonly number[]): Buffer =>
    Buffer.concat([...counts.map(long), long(0)])
  const decode = (id: number, body: Uint8Array): DecodeOutcome => {
    const outcome = decoder.decode(wire(id, body))
    if (outcome instanceof Promise) throw new Error('the schema is not known yet')
    return outcome
  }

  test('are read up to their limit, whatever blocks they come in, and one more makes the record unreadable', async () => {
    await decoder.decode(wire(1, blocks()))
    expect(valueOf(decode(1, blocks(emptyItemsMax)))).toHaveLength(emptyItemsMax)
    expect(valueOf(decode(1, blocks(emptyItemsMax - 1, 1)))).toHaveLength(emptyItemsMax)
    expect(decode(1, blocks(emptyItemsMax + 100))).toMatchObject({ ok: false })
    // Each block by itself is small enough: a megabyte of such blocks would ask for twenty thousand million items.
    expect(decode(1, blocks(emptyItemsMax - 1, 2))).toMatchObject({ ok: false })
  })

  test('count together, also in collections within collections', async () => {
    await decoder.decode(wire(2, blocks()))
    const half = blocks(emptyItemsMax / 2)
    const of = (...inner: readonly Buffer[]): Buffer =>
      Buffer.concat([long(inner.length), ...inner, long(0)])
    expect(valueOf(decode(2, of(half, half)))).toHaveLength(2)
    expect(decode(2, of(half, half, blocks(1)))).toMatchObject({ ok: false })
    expect(valueOf(decode(2, of(half, half)))).toHaveLength(2)
  })
})
