import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Installation, installOn } from '../support/pipeline/install.ts'
import { healthOf, type ServiceProcess, untilReady } from '../support/pipeline/service-process.ts'
import { createTcpProxy, type TcpProxy } from '../support/pipeline/tcp-proxy.ts'
import { leaveOwner, temporaryPrefix } from '../support/stack/abandoned.ts'
import { readStackConfig } from '../support/stack/config.ts'
import { startOwnStack } from '../support/stack/own-stack.ts'
import { serviceNames } from '../world/demo/services.ts'

// A stack of its own, since Kafka is cut too: its brokers have a second door, which leads through the test.

const undos: (() => Promise<void>)[] = []
let installation: Installation
const ways = new Map<string, TcpProxy>()
let environment: Readonly<Record<string, string>>

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), temporaryPrefix))
  leaveOwner(directory)
  undos.push(async () => Promise.resolve(rmSync(directory, { recursive: true, force: true })))
  const { stack, kafkaWay } = await startOwnStack({
    directory,
    environment: readStackConfig().environment,
    undoLater: (undo) => void undos.push(undo),
  })
  if (typeof kafkaWay === 'string') throw new Error(kafkaWay)
  installation = await installOn({
    kafkaBrokers: stack.kafka.brokers,
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
  })
  undos.push(async () => installation.drop())
  const way = async (url: string): Promise<TcpProxy> => {
    const proxy = await createTcpProxy(url)
    undos.push(async () => proxy.close())
    return proxy
  }
  const [registry, clickhouse] = [await way(stack.registry.url), await way(stack.clickhouse.url)]
  for (const [name, proxy] of Object.entries({ kafka: kafkaWay, registry, clickhouse }))
    ways.set(name, proxy)
  environment = {
    KAFKA_BROKERS: `127.0.0.1:${kafkaWay.port}`,
    REGISTRY_URL: registry.url,
    CLICKHOUSE_URL: clickhouse.url,
  }
})
afterAll(async () => {
  for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo()
})

let started: ServiceProcess[] = []
afterEach(async () => {
  for (const proxy of ways.values()) proxy.restore()
  await Promise.all(started.map(async (one) => (one.isAlive() ? one.stop() : null)))
  started = []
})

const wayTo = (dependency: string): TcpProxy => {
  const found = ways.get(dependency)
  if (found === undefined) throw new Error(`there is no way to ${dependency}`)
  return found
}

function startAll(): readonly ServiceProcess[] {
  started = serviceNames.map((name) => installation.start(name, name, environment))
  return started
}

let sent = 0
async function visits(count: number): Promise<void> {
  const producer = await installation.kafka.producer()
  const records = Array.from({ length: count }, () => ({
    key: null,
    value: Buffer.from(
      JSON.stringify({
        type: 'page',
        messageId: `visit-${sent++}`,
        anonymousId: `visitor-${sent % 50}`,
        timestamp: new Date(Date.now() - 1000).toISOString(),
      }),
    ),
  }))
  await producer.send([{ topic: `${installation.prefix}.channel.web`, records }])
  await producer.close()
}

const stored = async (): Promise<number> => {
  const [row] = await installation.clickhouse.query<{ readonly n: string }>(
    'SELECT uniqExact(source, event_id) AS n FROM events FINAL',
  )
  return Number(row?.n)
}

const statusOf = async (one: ServiceProcess, path: string): Promise<number> =>
  (await fetch(`${await one.url()}${path}`, { signal: AbortSignal.timeout(5000) })).status

async function complaintsOf(one: ServiceProcess): Promise<string> {
  const { checks } = await healthOf(one)
  return checks.flatMap(({ ok, name, why }) => (ok ? [] : [`${name}: ${why ?? ''}`])).join('; ')
}

const patienceMs = 40_000
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1000} s`)
    await pause(50)
  }
}

/** Which services need what: at a start all of their dependencies, later not the registry. */
const needs: Readonly<Record<string, RegExp>> = {
  kafka: /^(?:email|web|crm|identity|profiles)$/,
  registry: /^(?:email|web|crm|identity|profiles)$/,
  clickhouse: /^(?:identity|profiles)$/,
}

describe.each(['kafka', 'registry', 'clickhouse'])('while %s is away', (dependency) => {
  const isNeededBy = ({ service }: ServiceProcess): boolean =>
    needs[dependency]?.test(service) === true

  test('a start waits, says for what, lives and is not ready; then it goes on by itself', async () => {
    const before = await stored()
    wayTo(dependency).cut()
    const services = startAll()
    const waiting = services.filter(isNeededBy)
    for (const one of waiting)
      await until(`a complaint of ${one.service}`, async () => (await complaintsOf(one)) !== '')
    for (const one of waiting)
      expect([
        one.service,
        await statusOf(one, '/health/live'),
        await statusOf(one, '/health/ready'),
      ]).toEqual([one.service, 200, 503])
    await visits(20)
    // Longer than a start takes where all is there: none of them has given up meanwhile.
    await pause(3000)
    expect(services.filter((one) => !one.isAlive())).toEqual([])
    wayTo(dependency).restore()
    await Promise.all(services.map(async (one) => untilReady(one)))
    await installation.converged(services)
    expect(await stored()).toBe(before + 20)
  })

  test.each(['cut', 'stall'] as const)(
    'a stop takes no longer than ten seconds and is no failure, with work in hand (%s)',
    async (way) => {
      const before = await stored()
      const services = startAll()
      await Promise.all(services.map(async (one) => untilReady(one)))
      wayTo(dependency)[way]()
      await visits(500)
      await pause(1000)
      const from = performance.now()
      const exits = await Promise.all(
        services.map(async (one) => {
          const { code, signal } = await one.stop()
          return `${one.service} ${code ?? signal ?? '?'}`
        }),
      )
      expect(exits).toEqual(services.map(({ service }) => `${service} 0`))
      expect(performance.now() - from).toBeLessThan(10_000)
      // What was in hand is done by those who come after.
      wayTo(dependency).restore()
      const next = startAll()
      await Promise.all(next.map(async (one) => untilReady(one)))
      await installation.converged(next)
      expect(await stored()).toBe(before + 500)
    },
  )
})

test('while Kafka is away running services live, are not ready and say why; then all goes on by itself', async () => {
  const services = startAll()
  await Promise.all(services.map(async (one) => untilReady(one)))
  await visits(50)
  await installation.converged(services)
  const before = await stored()
  wayTo('kafka').cut()
  // Those before the brokers go on meanwhile.
  await visits(100)
  for (const one of services)
    await until(`a complaint of ${one.service}`, async () =>
      (await complaintsOf(one)).includes('consumer '),
    )
  for (const one of services)
    expect([await statusOf(one, '/health/live'), await statusOf(one, '/health/ready')]).toEqual([
      200, 503,
    ])
  // Longer than the group waits for a member.
  await pause(8000)
  wayTo('kafka').restore()
  await Promise.all(services.map(async (one) => untilReady(one)))
  await installation.converged(services)
  expect(await stored()).toBe(before + 100)
  expect(services.filter((one) => !one.isAlive())).toEqual([])
})
