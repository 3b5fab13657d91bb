import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createInstallationKey, createSealer } from '#runtime/keys/index.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { originKey } from '#runtime/log/messages.ts'
import { type DeadLetterRecord, deadLetterCodec } from '#runtime/log/public-records.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { topicName } from '#schemas/topics.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { registerEnvelope } from '../world/demo/envelope-encoder.ts'
import { type RunningService, startService, untilReady } from '../world/demo/services.ts'

const pipeline = `
time_zone: UTC
purposes: { service: Service }
sources:
  - { channel: email, topics: [channel.email], format: json, source: sendgrid }
  - { channel: web, topics: [channel.web], format: json, source: segment }
  - { channel: crm, topics: [channel.crm], format: json, source: hubspot, phone_region: DE }
  - { channel: crm, topics: [channel.crm.tributary], format: avro, source: tributary }
keep: { properties: [stage] }
`
const partitions = 4
const directory = mkdtempSync(join(tmpdir(), 'tributary-channels-'))
const keyBytes = randomBytes(32)
const running: RunningService[] = []
let installation: TestInstallation
let environment: Record<string, string>

async function start(
  name: 'email' | 'web' | 'crm',
  more: Record<string, string> = {},
): Promise<RunningService> {
  const service = startService(
    name,
    { ...environment, ...more },
    join(directory, `${running.length}`),
  )
  running.push(service)
  await untilReady(service, 60_000)
  return service
}

beforeAll(async () => {
  installation = await createTestInstallation()
  const keyFile = join(directory, 'key')
  writeFileSync(keyFile, keyBytes)
  environment = {
    ...installation.env,
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
    REGISTRY_URL: inject('stack').registryUrl,
    TRIBUTARY_KEY_FILE: keyFile,
    TRIBUTARY_PARTITIONS: String(partitions),
  }
  await installation.createTopics(partitions)
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(file, pipeline)
  const { status, stderr } = await runCli(['deploy', file, '--json'], environment)
  if (status !== 0) throw new Error(stderr)
})
afterAll(async () => {
  await Promise.all(running.map((service) => service.stop()))
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const topic = (name: Parameters<typeof topicName>[1]): string =>
  topicName(installation.prefix, name)

async function readAll<T>(
  name: Parameters<typeof topicName>[1],
  read: (bytes: Uint8Array) => readonly T[],
): Promise<T[]> {
  const admin = await installation.kafka.admin()
  const out: T[] = []
  for (const partition of (await admin.offsets(topic(name))).keys())
    for await (const { records } of installation.kafka
      .reader()
      .read({ topic: topic(name), partition }, { from: 'start', untilEnd: true }))
      for (const { value } of records) if (value !== null) out.push(...read(value))
  await admin.close()
  return out
}

interface Placed {
  readonly place: string
  readonly event: RoutedEvent
}
const eventsOfLog = async (): Promise<Placed[]> =>
  readAll('profile.log', (bytes) => {
    const { origin, messages } = decodeFrame(bytes)
    return messages.flatMap(({ position, body }) =>
      body.kind === 'event' && origin !== null
        ? [{ place: `${originKey(origin)}/${position.join('/')}`, event: body.event }]
        : [],
    )
  })

async function until<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let value = await read(); ; value = await read()) {
    if (good(value)) return value
    await sleep(200)
  }
}

async function produce(name: string, values: readonly Uint8Array[]): Promise<void> {
  const producer = await installation.kafka.producer()
  await producer.send([
    {
      topic: `${installation.prefix}.${name}`,
      records: values.map((value, n) => ({ key: Buffer.from(String(n)), value })),
    },
  ])
  await producer.close()
}
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

it('turns the payloads of four sources, Avro among them, into events at their homes, and the rest into dead letters', async () => {
  const admin = await installation.kafka.admin()
  await admin.createTopics([
    {
      topic: `${installation.prefix}.channel.crm.tributary`,
      partitions: 1,
      replicationFactor: 1,
      config: { 'message.timestamp.type': 'LogAppendTime' },
    },
  ])
  await admin.close()
  await Promise.all([start('email'), start('web'), start('crm')])
  const at = Date.now() - 60_000
  await produce('channel.email', [
    json([
      {
        email: 'Anna@Shop.Test',
        event: 'open',
        timestamp: Math.floor(at / 1000),
        sg_event_id: 's1',
        sg_machine_open: true,
      },
      { email: 'anna@shop.test', event: 'open', timestamp: 12, sg_event_id: 's2' },
    ]),
  ])
  await produce('channel.web', [
    json({
      type: 'track',
      event: 'Order Completed',
      messageId: 'w1',
      userId: 'u1',
      properties: { total: 3 },
      timestamp: new Date(at).toISOString(),
    }),
    Buffer.from('{"type":'),
  ])
  await produce('channel.crm', [
    json([
      {
        eventId: 1,
        subscriptionType: 'contact.propertyChange',
        portalId: 1,
        objectId: 7,
        occurredAt: at,
        propertyName: 'phone',
        propertyValue: '030 1234567',
      },
    ]),
  ])
  const encode = await registerEnvelope(
    inject('stack').registryUrl,
    `${installation.prefix}.channel.crm.tributary`,
  )
  await produce('channel.crm.tributary', [
    encode({
      event_id: 'e1',
      source: 'till',
      type: 'order_completed',
      occurred_at: at,
      identifiers: [{ type: 'crm_id', value: '7' }],
      properties: { total: 12.5, currency: 'EUR' },
    }),
  ])
  const placed = await until(eventsOfLog, (events) => events.length >= 4)
  const bySource = placed.toSorted((a, b) => (a.event.source < b.event.source ? -1 : 1))
  const summary = bySource.map(({ event }) => [
    event.source,
    event.eventId,
    event.type,
    event.identifiers.map(({ id }) => id.split(':')[0]),
    event.machine,
    event.properties,
  ])
  expect(summary).toEqual([
    [
      'hubspot',
      `contact.propertyChange/7/1/${at}/phone`,
      'contact_updated',
      ['crm_id', 'phone'],
      null,
      {},
    ],
    ['segment', 'w1', 'order_completed', ['user_id'], null, { total: 3 }],
    ['sendgrid', 's1', 'email_opened', ['email'], 'machine_open', {}],
    ['till', 'e1', 'order_completed', ['crm_id'], null, { total: 12.5, currency: 'EUR' }],
  ])
  expect(JSON.stringify(placed)).not.toMatch(/anna|1234567/i)

  const letters: DeadLetterRecord[] = await until(
    async () => readAll('deadletter', (bytes) => [deadLetterCodec.decode(bytes)]),
    (found) => found.length >= 2,
  )
  const opened = createSealer({ key: createInstallationKey(keyBytes), purpose: 'dead-letter' })
  expect(
    letters
      .map(({ reason, index, source }) => `${reason} ${index} ${source}`)
      .toSorted((a, b) => (a < b ? -1 : 1)),
  ).toEqual(['ancient_event_time 1 sendgrid', 'invalid_json null segment'])
  const broken = letters.find(({ reason }) => reason === 'invalid_json')
  expect(Buffer.from(opened.open(broken?.payload ?? '')).toString()).toBe('{"type":')
})

it.each(['produce', 'commit'])(
  'killed before it can %s, it loses nothing and sends nothing under another position',
  async (step) => {
    for (const service of running.splice(0)) await service.stop()
    const before = (await eventsOfLog()).length
    const ids = Array.from({ length: 3000 }, (_, n) => `${step}-${n}`)
    const victim = await start('web', {
      TRIBUTARY_FAULT_AT: `channel:${step}:2`,
      KAFKA_FETCH_MAX_BYTES: '65536',
    })
    await produce(
      'channel.web',
      ids.map((messageId) =>
        json({
          type: 'page',
          messageId,
          anonymousId: `a${messageId}`,
          timestamp: new Date().toISOString(),
        }),
      ),
    )
    await until(
      async () => Promise.resolve(victim.isAlive()),
      (alive) => !alive,
    )
    await start('web')
    const mine = (events: readonly Placed[]): readonly Placed[] =>
      events.filter(({ event }) => event.eventId.startsWith(`${step}-`))
    const placed = mine(
      await until(
        eventsOfLog,
        (events) => new Set(mine(events).map(({ event }) => event.eventId)).size === ids.length,
      ),
    )
    expect(new Set(placed.map(({ event }) => event.eventId))).toEqual(new Set(ids))
    // Sent twice is fine, since both times it has the same place, by which its home knows it.
    expect(new Set(placed.map(({ place }) => place)).size).toBe(ids.length)
    expect(placed.length).toBeGreaterThanOrEqual(ids.length)
    expect(before).toBeGreaterThan(0)
  },
)

it('says in its configuration check what is wrong', async () => {
  const { spawnSync } = await import('node:child_process')
  const main = resolve(import.meta.dirname, '../../services/email/main.ts')
  const { status, stderr } = spawnSync(process.execPath, [main, '--check-config'], {
    env: { ...environment, TRIBUTARY_FAULT_AT: 'channel:sleep:1' },
    encoding: 'utf8',
  })
  expect(status).toBe(2)
  expect(stderr).toContain('TRIBUTARY_FAULT_AT')
  expect(readFileSync(join(directory, 'key')).length).toBe(32)
})
