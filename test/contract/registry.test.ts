/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and records up */
/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { segmentTransitionCodec } from '#runtime/log/public-records.ts'
import {
  createRegistryClient,
  createRegistryDecoder,
  createSchemaFile,
  type DecodeOutcome,
  forgetfulStore,
  registerAll,
  subjectOf,
} from '#runtime/registry/index.ts'
import { avroSchemas, avroSchemaText } from '#schemas/avro/schemas.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it tells vitest the type of what is injected
import '../support/stack/provided.ts'

const { registryUrl } = inject('stack')
const client = createRegistryClient({ url: registryUrl })
const now = () => epochMs(0)

const valueOf = (outcome: DecodeOutcome): unknown => {
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.detail}`)
  return outcome.value
}

interface AvroRecord {
  name: string
  fields: { name: string; type: unknown; default?: unknown }[]
}

describe('our schemas on a real registry', () => {
  test('register under their topics, again to the same ids, and are read back by id', async () => {
    const prefix = `contract-${randomUUID()}`
    const ids = await registerAll(client, { prefix, withSources: true })
    const topics = Object.values(avroSchemas).flatMap((schema) => [...schema.topics])
    expect([...ids.keys()].toSorted()).toEqual(topics.toSorted())
    expect(await registerAll(client, { prefix, withSources: true })).toEqual(ids)
    const id = ids.get('profile.segments') ?? -1
    const found = await client.schemaById(id)
    expect(JSON.parse(found?.text ?? '')).toEqual(
      JSON.parse(avroSchemaText('public/segment-transition')),
    )
  })

  test('leave the subjects of source topics alone outside local mode', async () => {
    const ids = await registerAll(client, {
      prefix: `contract-${randomUUID()}`,
      withSources: false,
    })
    expect([...ids.keys()].filter((topic) => topic.startsWith('channel.'))).toEqual([])
  })

  test('a public record is read by whoever knows only its id', async () => {
    const ids = await registerAll(client, {
      prefix: `contract-${randomUUID()}`,
      withSources: false,
    })
    const record = {
      profileId: '00000000-0000-5000-8000-000000000000' as never,
      segment: 'loyal',
      to: 'entered' as const,
      at: epochMs(Date.UTC(2024, 0, 1)),
      cause: 'event' as const,
      version: '18446744073709551615',
      seq: 0,
      definition: 3 as never,
      ruleHash: 'h',
      because: { orders: 3 },
    }
    const bytes = segmentTransitionCodec.encode(record, ids.get('profile.segments') ?? -1)
    const decoder = createRegistryDecoder({ client, store: forgetfulStore, now })
    expect(valueOf(await decoder.decode(bytes))).toEqual({
      ...record,
      at: '2024-01-01T00:00:00.000Z',
      because: '{"orders":3}',
    })
  })

  test('a change that readers of the last version could not read is refused; a field with a default is taken', async () => {
    const prefix = `contract-${randomUUID()}`
    await registerAll(client, { prefix, withSources: true })
    const subject = subjectOf(prefix, 'channel.web')
    const change = (edit: (schema: AvroRecord) => void): string => {
      const schema = JSON.parse(avroSchemaText('channels/channel-event')) as AvroRecord
      edit(schema)
      return JSON.stringify(schema)
    }
    const withNewField = (field: AvroRecord['fields'][number]): string =>
      change((schema) => void schema.fields.push(field))
    const incompatible = { code: 'TRB_SCHEMA_INCOMPATIBLE' }
    await expect(
      client.register(subject, withNewField({ name: 'extra', type: 'string' })),
    ).rejects.toMatchObject(incompatible)
    const otherType = change((schema) => {
      for (const field of schema.fields) if (field.name === 'source') field.type = 'long'
    })
    await expect(client.register(subject, otherType)).rejects.toMatchObject(incompatible)
    const withDefault = withNewField({ name: 'extra', type: 'string', default: '' })
    expect(await client.register(subject, withDefault)).toBeGreaterThan(0)
  })

  test('what is no schema is refused by name', async () => {
    const invalid = client.register(`contract-${randomUUID()}`, '{"type":"nothing"}')
    await expect(invalid).rejects.toMatchObject({ code: 'TRB_SCHEMA_INVALID' })
  })
})

describe('records of other producers', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tributary-registry-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  test('written by another client, with a schema that evolved, are read with the version that wrote them', async () => {
    const producer = new SchemaRegistry({ host: registryUrl })
    const subject = `contract-${randomUUID()}-value`
    const schema = (fields: object[]): string =>
      JSON.stringify({ type: 'record', name: 'Order', namespace: 'acme', fields })
    const first = [{ name: 'id', type: 'string' }]
    const second = [...first, { name: 'total', type: ['null', 'double'], default: null }]
    const one = await producer.register(
      { type: SchemaType.AVRO, schema: schema(first) },
      { subject },
    )
    const two = await producer.register(
      { type: SchemaType.AVRO, schema: schema(second) },
      { subject },
    )
    const decoder = createRegistryDecoder({ client, store: forgetfulStore, now })
    const outcomes = [
      await decoder.decode(await producer.encode(one.id, { id: 'a' })),
      await decoder.decode(await producer.encode(two.id, { id: 'b', total: 9.5 })),
    ]
    expect(outcomes.map(valueOf)).toEqual([{ id: 'a' }, { id: 'b', total: 9.5 }])
    expect(outcomes.map((o) => (o.ok ? o.schemaName : null))).toEqual(['acme.Order', 'acme.Order'])
  })

  test('with an id that the registry denies are dead letters; known ids survive its absence and a restart', async () => {
    const producer = new SchemaRegistry({ host: registryUrl })
    const schema = `{"type":"record","name":"N${randomUUID().replaceAll('-', '')}","fields":[{"name":"n","type":"long"}]}`
    const { id } = await producer.register(
      { type: SchemaType.AVRO, schema },
      { subject: `contract-${randomUUID()}` },
    )
    const bytes = await producer.encode(id, { n: 4 })
    const file = join(directory, 'schemas.json')
    const store = createSchemaFile(file, registryUrl)
    const online = createRegistryDecoder({ client, store, now })
    expect(valueOf(await online.decode(bytes))).toEqual({ n: 4 })
    const denied = Buffer.from(bytes)
    denied.writeUInt32BE(2_000_000_000, 1)
    expect(await online.decode(denied)).toMatchObject({ ok: false, reason: 'unknown_schema_id' })

    await store.close()
    const nobody = createRegistryClient({ url: 'http://127.0.0.1:9', timeoutMs: 500 })
    const offline = createRegistryDecoder({
      client: nobody,
      store: createSchemaFile(file, registryUrl),
      now,
    })
    expect(valueOf(await offline.decode(bytes))).toEqual({ n: 4 })
    await expect(offline.decode(denied)).rejects.toMatchObject({ code: 'TRB_REGISTRY_UNAVAILABLE' })
    const elsewhere = createSchemaFile(file, 'http://other')
    expect(elsewhere.load().size).toBe(0)
  })
})
