import { randomUUID } from 'node:crypto'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'

// What every stack must do, whoever runs it: the services rely on these and on nothing else of it.
const { clickhouseUrl, kafkaBrokers, registryUrl } = inject('stack')
const unique = randomUUID().slice(0, 8)

describe('Kafka', () => {
  const kafka = new Kafka({
    brokers: kafkaBrokers,
    clientId: `contract-${unique}`,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20 },
  })
  const topic = `contract.${unique}`
  const admin = kafka.admin()

  beforeAll(async () => {
    await admin.connect()
  })
  afterAll(async () => {
    await admin.deleteTopics({ topics: [topic] })
    await admin.disconnect()
  })

  it('keeps a record and its key, value and headers, stamped by the broker when the topic says so', async () => {
    await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: 2,
          configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
        },
      ],
    })
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    const before = Date.now()
    await producer.send({
      topic,
      acks: -1,
      messages: [{ key: 'k', value: 'v', partition: 1, timestamp: '1', headers: { h: 'x' } }],
    })
    await producer.disconnect()

    const consumer = kafka.consumer({ groupId: `contract-${unique}` })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const { message, partition } = await new Promise<{
      message: { key: Buffer | null; value: Buffer | null; timestamp: string; headers?: unknown }
      partition: number
    }>((resolve, reject) => {
      consumer
        .run({
          eachMessage: (record) => {
            resolve(record)
            return Promise.resolve()
          },
        })
        .catch(reject)
    })
    await consumer.disconnect()

    expect(partition).toBe(1)
    expect(message.key?.toString()).toBe('k')
    expect(message.value?.toString()).toBe('v')
    expect(message.headers).toMatchObject({ h: Buffer.from('x') })
    expect(Number(message.timestamp)).toBeGreaterThanOrEqual(before - 1_000)
  })

  it('does not make a topic because somebody misspelt it', async () => {
    const producer = kafka.producer({ retry: { retries: 0 } })
    await producer.connect()
    await expect(
      producer.send({ topic: `nobody.${unique}`, messages: [{ value: 'v' }] }),
    ).rejects.toThrow('This server does not host this topic-partition')
    await producer.disconnect()
  })
})

describe('Schema registry', () => {
  const registry = new SchemaRegistry({ host: registryUrl })
  const subject = `contract.${unique}-value`
  const schema = {
    type: 'record',
    name: 'Contract',
    namespace: `n${unique}`,
    fields: [{ name: 'a', type: 'string' }],
  }

  it('gives one id for one schema, and the schema back for the id', async () => {
    const avro = { type: SchemaType.AVRO as const, schema: JSON.stringify(schema) }
    const first = await registry.register(avro, { subject })
    const second = await registry.register(avro, { subject })
    expect(second.id).toBe(first.id)

    const fetched = await fetch(`${registryUrl}/schemas/ids/${first.id}`)
    const { schema: text } = z.object({ schema: z.string() }).parse(await fetched.json())
    expect(JSON.parse(text)).toMatchObject(schema)
    const encoded = await registry.encode(first.id, { a: 'b' })
    expect(encoded[0]).toBe(0)
    expect(encoded.readInt32BE(1)).toBe(first.id)
    expect(await registry.decode(encoded)).toEqual({ a: 'b' })
  })

  it('refuses a schema that readers of the subject could not follow', async () => {
    const fields = [...schema.fields, { name: 'b', type: 'string' }]
    const incompatible = JSON.stringify({ ...schema, fields })
    const headers = { 'Content-Type': 'application/vnd.schemaregistry.v1+json' }
    await fetch(`${registryUrl}/config/${subject}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ compatibility: 'BACKWARD' }),
    })
    const answer = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ schema: incompatible }),
    })
    expect(answer.status).toBe(409)
  })
})

describe('ClickHouse', () => {
  const database = `contract_${unique}`
  const log = { level: 127 } as const
  const root = createClient({ url: clickhouseUrl, log })
  const clients: ClickHouseClient[] = [root]
  const open = (compress: boolean): ClickHouseClient => {
    const client = createClient({
      url: clickhouseUrl,
      database,
      compression: { request: compress, response: compress },
      // Said outright: since 25.8 a UInt64 comes as a number, which JSON.parse rounds above 2^53.
      clickhouse_settings: { async_insert: 0, output_format_json_quote_64bit_integers: 1 },
      log,
    })
    clients.push(client)
    return client
  }
  const client = open(false)

  beforeAll(async () => {
    await root.command({ query: `CREATE DATABASE ${database}` })
    await client.command({
      query:
        'CREATE TABLE people (id UInt64, name String, score Nullable(Float64), version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY id',
    })
  })
  afterAll(async () => {
    await root.command({ query: `DROP DATABASE ${database}` })
    await Promise.all(clients.map((each) => each.close()))
  })

  async function rows<T>(query: string, params: Record<string, unknown> = {}): Promise<T[]> {
    const result = await client.query({ query, query_params: params, format: 'JSONEachRow' })
    return result.json<T>()
  }

  it('answers a ping', async () => {
    expect((await client.ping()).success).toBe(true)
  })

  it('takes rows as JSON objects, JSON arrays and RowBinary', async () => {
    const columns = ['id', 'name', 'score', 'version']
    const object = await client.insert({
      table: 'people',
      values: [{ id: '1', name: 'Ana "x"; é', score: null, version: '1' }],
      format: 'JSONEachRow',
    })
    expect(object.summary?.written_rows).toBe('1')
    await client.insert({
      table: 'people',
      values: [['18446744073709551615', 'Bo', 0.1, '1']],
      columns: ['id', 'name', 'score', 'version'],
      format: 'JSONCompactEachRow',
    })
    const binary = Buffer.alloc(8 + 4 + 1 + 8 + 8)
    binary.writeBigUInt64LE(3n, 0)
    binary.writeUInt8(3, 8)
    binary.write('C\nd', 9)
    binary.writeDoubleLE(-2.5, 13)
    binary.writeBigUInt64LE(1n, 21)
    await insertBinary(client, `people (${columns.join(', ')})`, binary)

    expect(await rows('SELECT id, name, score FROM people FINAL ORDER BY id')).toEqual([
      { id: '1', name: 'Ana "x"; é', score: null },
      { id: '3', name: 'C\nd', score: -2.5 },
      { id: '18446744073709551615', name: 'Bo', score: 0.1 },
    ])
  })

  it('reports an error with the number and the name that clients tell apart by', async () => {
    await expect(rows('SELECT * FROM nowhere')).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    })
    await expect(rows('SELEC 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' })
    await expect(
      client.insert({ table: 'people', values: [{ id: 'x' }], format: 'JSONEachRow' }),
    ).rejects.toMatchObject({ code: '27' })
    await expect(client.command({ query: 'SELECT 1; SELECT 2' })).rejects.toMatchObject({
      type: 'SYNTAX_ERROR',
    })
  })

  it('takes parameters as values, never as text of the statement', async () => {
    const name = "'; DROP TABLE people; -- \\ \t\n"
    expect(
      await rows(
        'SELECT {name:String} AS name, {list:Array(String)} AS list, {n:Nullable(Int8)} AS n',
        {
          name,
          list: ["a'b", 'c'],
          n: null,
        },
      ),
    ).toEqual([{ name, list: ["a'b", 'c'], n: null }])
    await expect(rows('SELECT {name:String} AS name')).rejects.toMatchObject({ code: '456' })
  })

  it('serves a view with a parameter of its own', async () => {
    await client.command({
      query:
        'CREATE VIEW people_above AS SELECT id FROM people FINAL WHERE score > {floor:Float64}',
    })
    expect(await rows('SELECT id FROM people_above(floor = 0)')).toEqual([
      { id: '18446744073709551615' },
    ])
    expect(await rows('SELECT id FROM people_above(floor = {f:Float64})', { f: 1 })).toEqual([])
  })

  it('exchanges two tables at once and adds a column', async () => {
    await client.command({ query: 'CREATE TABLE people_next AS people' })
    await client.command({ query: 'ALTER TABLE people_next ADD COLUMN more String DEFAULT $$-$$' })
    await client.command({ query: 'EXCHANGE TABLES people AND people_next' })
    expect(await rows('SELECT count() AS n FROM people')).toEqual([{ n: '0' }])
    await client.command({ query: 'EXCHANGE TABLES people AND people_next' })
    await client.command({ query: 'DROP TABLE people_next' })
  })

  it('keeps settings and parameters of one request out of every other, also at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        const result = await client.query({
          query: "SELECT {i:UInt32} AS i, toUInt32(getSetting('max_block_size')) AS size",
          query_params: { i },
          clickhouse_settings: { max_block_size: String(1_000 + i) },
          format: 'JSONEachRow',
        })
        return result.json<{ i: number; size: number }>()
      }),
    )
    expect(answers.flat()).toEqual(Array.from({ length: 24 }, (_, i) => ({ i, size: 1_000 + i })))
  })

  it('reads and answers compressed', async () => {
    const compressed = open(true)
    const values = Array.from({ length: 20_000 }, (_, i) => ({ id: String(i), name: 'z' }))
    await compressed.command({ query: 'CREATE TABLE zipped (id UInt64, name String) ORDER BY id' })
    await compressed.insert({ table: 'zipped', values, format: 'JSONEachRow' })
    const result = await compressed.query({
      query: 'SELECT id FROM zipped ORDER BY id',
      format: 'JSONEachRow',
    })
    expect(result.response_headers['content-encoding']).toBe('gzip')
    expect(await result.json()).toHaveLength(20_000)
  })
})

async function insertBinary(client: ClickHouseClient, table: string, data: Buffer): Promise<void> {
  const { Readable } = await import('node:stream')
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} FORMAT RowBinary`,
    values: Readable.from([data], { objectMode: false }),
  })
  stream.resume()
}
