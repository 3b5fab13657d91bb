import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../support/cli/run-cli.ts'
import { sessionTimeoutMs } from '../support/pipeline/install.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { healthOf, type ServiceProcess, untilReady } from '../support/pipeline/service-process.ts'
import { serviceNames } from '../world/demo/services.ts'
import { createTcpProxy, type TcpProxy } from '../support/pipeline/tcp-proxy.ts'

// Every service reaches ClickHouse and the registry by a way that the test can cut.

let installation: Installation
let clickhouseWay: TcpProxy
let registryWay: TcpProxy
let services: readonly ServiceProcess[]

beforeAll(async () => {
  installation = await createInstallation()
  const { environment } = installation
  clickhouseWay = await createTcpProxy(environment['CLICKHOUSE_URL'] ?? '')
  registryWay = await createTcpProxy(environment['REGISTRY_URL'] ?? '')
  services = serviceNames.map((name) =>
    installation.start(name, name, {
      CLICKHOUSE_URL: clickhouseWay.url,
      REGISTRY_URL: registryWay.url,
    }),
  )
  await installation.ready(services)
})
afterAll(async () => {
  await installation.drop()
  await clickhouseWay.close()
  await registryWay.close()
})

let sent = 0
const visit = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      type: 'page',
      messageId: `visit-${sent++}`,
      anonymousId: `visitor-${sent % 50}`,
      timestamp: new Date(Date.now() - 1000).toISOString(),
    }),
  )

async function send(topic: string, values: readonly Uint8Array[]): Promise<void> {
  const { kafka, prefix } = installation
  const producer = await kafka.producer()
  await producer.send([
    { topic: `${prefix}.${topic}`, records: values.map((value) => ({ key: null, value })) },
  ])
  await producer.close()
}
const visits = async (count: number): Promise<void> =>
  send('channel.web', Array.from({ length: count }, visit))

const serviceOf = (name: string): ServiceProcess => {
  const found = services.find(({ service }) => service === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** The reasons that a service gives for not being well. */
async function complaints(name: string): Promise<readonly string[]> {
  const { checks } = await healthOf(serviceOf(name))
  return checks.flatMap((check) => (check.ok ? [] : [`${check.name}: ${check.why ?? ''}`]))
}

const patienceMs = 30_000
const stallMs = 3000
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1000} s`)
    await pause(50)
  }
}

const stored = async (): Promise<number> => {
  const [row] = await installation.clickhouse.query<{ readonly n: string }>(
    'SELECT uniqExact(source, event_id) AS n FROM events FINAL',
  )
  return Number(row?.n)
}

test('while ClickHouse refuses connections nothing is lost, health says why, and it goes on by itself', async () => {
  const before = await stored()
  await visits(100)
  await installation.converged(services)
  expect(await stored()).toBe(before + 100)

  clickhouseWay.cut()
  await visits(200)
  await until('a complaint', async () =>
    (await complaints('profiles')).some((why) => why.startsWith('clickhouse ')),
  )
  expect((await healthOf(serviceOf('profiles'))).status).toBe('degraded')
  // Those before it go on meanwhile: the log takes what ClickHouse can't.
  await visits(50)
  expect(await stored()).toBe(before + 100)

  clickhouseWay.restore()
  await Promise.all(services.map(async (service) => untilReady(service)))
  await installation.converged(services)
  expect(await stored()).toBe(before + 350)
  expect(await complaints('profiles')).toEqual([])
})

test('while ClickHouse takes connections and does not answer, nothing is lost either', async () => {
  const before = await stored()
  clickhouseWay.stall()
  await visits(200)
  await pause(stallMs)
  expect(await stored()).toBe(before)
  clickhouseWay.restore()
  await installation.converged(services)
  expect(await stored()).toBe(before + 200)
})

/** A record of a schema that was registered behind the services' back: none of them has met it. */
async function recordOfUnknown(name: string) {
  const { environment, prefix } = installation
  const registry = new SchemaRegistry({ host: environment['REGISTRY_URL'] ?? '' })
  const { id } = await registry.register(
    {
      type: SchemaType.AVRO,
      schema: JSON.stringify({
        type: 'record',
        name,
        namespace: `t${prefix}`,
        fields: [{ name: 'anything', type: 'string' }],
      }),
    },
    { subject: `${prefix}.${name}` },
  )
  return { id, record: await registry.encode(id, { anything: 'else' }) }
}

test('a schema that nobody knows yet waits for the registry, and only its own partition does', async () => {
  const { id, record } = await recordOfUnknown('Unknown')
  const before = await stored()
  const { clickhouse } = installation
  const letters = async (): Promise<readonly object[]> =>
    clickhouse.query('SELECT source, reason FROM dead_letters FINAL WHERE schema_id = {id:Int64}', {
      id,
    })

  registryWay.cut()
  await send('channel.crm.tributary', [record])
  await until('a complaint', async () =>
    (await complaints('crm')).some((why) => why.startsWith('schemas of ')),
  )
  await visits(20)
  await until('the visits', async () => (await stored()) === before + 20)
  expect(await letters()).toEqual([])

  registryWay.restore()
  await untilReady(serviceOf('crm'))
  await installation.converged(services)
  // Its schema is known now, and it is no event of ours.
  expect(await letters()).toMatchObject([{ source: 'tributary' }])
})

test('a registry that takes connections and does not answer costs nobody its place in the group, nor other topics their turn', async () => {
  const { record } = await recordOfUnknown('Unanswered')
  const crm = serviceOf('crm')
  const assignments = (): number =>
    readFileSync(crm.logFile, 'utf8').split('partitions assigned').length - 1
  const refused = async (): Promise<number> => {
    const [row] = await installation.clickhouse.query<{ readonly n: string }>(
      "SELECT count() AS n FROM dead_letters FINAL WHERE topic LIKE '%.channel.crm'",
    )
    return Number(row?.n)
  }
  const before = { assignments: assignments(), refused: await refused() }
  registryWay.stall()
  await send('channel.crm.tributary', [record])
  await until('a complaint', async () =>
    (await complaints('crm')).some((why) => why.startsWith('schemas of ')),
  )
  // Longer than a session lasts, and than a partition waits until it asks again.
  const begun = performance.now()
  for (let sentLetters = 1; performance.now() - begun < 2 * sessionTimeoutMs; sentLetters += 1) {
    await send('channel.crm', [Buffer.from('no JSON')])
    await until('the letter', async () => (await refused()) === before.refused + sentLetters)
  }
  expect(assignments()).toBe(before.assignments)

  registryWay.restore()
  await untilReady(crm)
  await installation.converged(services)
})

async function tablesOf(service: ServiceProcess) {
  const { checks, status } = await healthOf(service)
  return { status, tables: checks.find(({ name }) => name === 'tables') }
}

test('a service whose tables are not there says so, and goes on once they are', async () => {
  const database = `${installation.environment['CLICKHOUSE_DATABASE'] ?? ''}_elsewhere`
  const elsewhere = { ...installation.environment, CLICKHOUSE_DATABASE: database }
  const start = (name: 'profiles' | 'identity' | 'drift') =>
    installation.start(name, `${name}-elsewhere`, elsewhere)
  const [profiles, identity, drift] = [start('profiles'), start('identity'), start('drift')]
  for (const service of [profiles, identity, drift])
    await until('a complaint', async () => {
      const { status, tables } = await tablesOf(service)
      return status !== 'ok' && tables?.why?.includes(`database ${database} lacks`) === true
    })
  expect(await profiles.stop()).toMatchObject({ code: 0 })
  expect(await runCli(['migrate'], elsewhere)).toMatchObject({ status: 0 })
  await untilReady(identity)
  // No file was deployed to this database: its run complains of columns.
  await until('its tables', async () => (await tablesOf(drift)).tables?.ok === true)
  for (const service of [identity, drift]) expect(await service.stop()).toMatchObject({ code: 0 })
  await installation.clickhouse.command(`DROP DATABASE ${database}`)
})
