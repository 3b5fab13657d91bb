import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'

// Producers that were not all deployed on one day: the old, the present and the next version of a schema write side by side.
// (An unknown id while the registry is away is in outage.test.ts: that partition waits, the others go on.)

const directory = mkdtempSync(join(tmpdir(), 'tributary-schemas-'))
const pipelineFile = join(directory, 'pipeline.yaml')
writeFileSync(
  pipelineFile,
  `
purposes: { service: Service }
sources:
  - channel: crm
    topics: [channel.crm.till]
    format: avro
    source: mapped
    basis: { service: Contract }
    map:
      source: till
      event_id: id
      type: { const: order_completed }
      occurred_at: { path: at, format: milliseconds }
      identifiers: [{ type: loyalty_card, path: card }]
      properties: { points: { path: total, type: number } }
identity: { priority: [loyalty_card] }
features:
  - { name: points, kind: sum, events: [order_completed], value: points, purpose: service, description: Points }
`,
)

let installation: Installation
let services: readonly ServiceProcess[]
let registry: SchemaRegistry
let subject: string

beforeAll(async () => {
  installation = await createInstallation({ pipelineFile })
  subject = `${installation.prefix}.channel.crm.till-value`
  registry = new SchemaRegistry({ host: installation.environment['REGISTRY_URL'] ?? '' })
  services = (['crm', 'identity', 'profiles'] as const).map((name) => installation.start(name))
  await installation.ready(services)
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true })
})

const register = async (fields: readonly object[]): Promise<number> => {
  const schema = JSON.stringify({ type: 'record', name: 'Receipt', namespace: 'acme', fields })
  return (await registry.register({ type: SchemaType.AVRO, schema }, { subject })).id
}
const receipt = [
  { name: 'id', type: 'string' },
  { name: 'at', type: 'long' },
  { name: 'card', type: 'string' },
  { name: 'clerk', type: 'string', default: '' },
]
const total = { name: 'total', type: ['null', 'double'], default: null }

async function send(values: readonly Buffer[]): Promise<void> {
  const producer = await installation.kafka.producer()
  await producer.send([
    {
      topic: `${installation.prefix}.channel.crm.till`,
      records: values.map((value) => ({ key: null, value })),
    },
  ])
  await producer.close()
}

test('three versions at once are each read as they were written', async () => {
  const before = await register(receipt)
  const now = await register([...receipt, total])
  // The next version has dropped a field and added one.
  const next = await register([
    ...receipt.filter(({ name }) => name !== 'clerk'),
    total,
    { name: 'store', type: 'string', default: 'unknown' },
  ])
  expect(new Set([before, now, next]).size).toBe(3)
  const at = Date.now() - 60_000
  const values: Buffer[] = []
  for (let n = 0; n < 60; n++) {
    const body = { id: `r${n}`, at: at + n, card: `card-${n % 5}` }
    values.push(
      n % 3 === 0
        ? await registry.encode(before, { ...body, clerk: 'x' })
        : n % 3 === 1
          ? await registry.encode(now, { ...body, clerk: 'x', total: 2 })
          : await registry.encode(next, { ...body, total: 3, store: 'Mitte' }),
    )
  }
  const denied = Buffer.from(values[0] ?? [])
  denied.writeUInt32BE(2_000_000_000, 1)
  await send([...values.slice(0, 30), denied, ...values.slice(30)])
  await installation.converged(services)

  const { clickhouse } = installation
  expect(
    await clickhouse.query(
      'SELECT schema_id, count() AS n FROM events FINAL GROUP BY schema_id ORDER BY schema_id',
    ),
  ).toEqual(
    [before, now, next].toSorted((a, b) => a - b).map((schema_id) => ({ schema_id, n: '20' })),
  )
  expect(
    await clickhouse.query('SELECT toString(sum(f_points)) AS points FROM profiles FINAL'),
  ).toEqual([{ points: '100' }])
  // An id that the registry denies is a dead letter, and its neighbours go on.
  expect(await clickhouse.query('SELECT reason, schema_id FROM dead_letters FINAL')).toEqual([
    { reason: 'unknown_schema', schema_id: null },
  ])
})

test('quality says which versions came, when first and when last', async () => {
  const report = z
    .object({
      sources: z.array(
        z.object({
          source: z.string(),
          dead_letters: z.number(),
          schemas: z.array(
            z.object({
              subject: z.string().nullable(),
              version: z.number().nullable(),
              events: z.number(),
            }),
          ),
        }),
      ),
    })
    .parse(
      JSON.parse(
        await installation.tributary(
          'quality',
          '--json',
          '--since',
          '2020-01-01',
          '--until',
          '2100-01-01',
        ),
      ),
    )
  expect(report.sources).toEqual([
    {
      source: 'till',
      dead_letters: 1,
      schemas: [1, 2, 3].map((version) => ({ subject, version, events: 20 })),
    },
  ])
})

test('a schema that readers of the last version could not read is refused at registration', async () => {
  await expect(register([...receipt, { name: 'must', type: 'string' }])).rejects.toThrow(
    /incompatible/i,
  )
})
