import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Installation, installOn, sessionTimeoutMs } from '../support/pipeline/install.ts'
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

const wayTo = (dependency: string): TcpProxy => {
  const found = ways.get(dependency)
  if (found === undefined) throw new Error(`there is no way to ${dependency}`)
  return found
}

const startAll = (): readonly ServiceProcess[] =>
  serviceNames.map((name) => installation.start(name, name, environment))

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

/** What a start needs, and what a service that runs reads or writes. */
const needs: Readonly<Record<string, { readonly start: RegExp; readonly running: RegExp }>> = {
  kafka: { start: /./, running: /./ },
  registry: { start: /./, running: /./ },
  // The linker writes when people are linked, which these visits do not bring.
  clickhouse: { start: /^(?:identity|profiles)$/, running: /^profiles$/ },
}

/** How each answers once it has a word of what is away. */
async function waitingOnes(
  services: readonly ServiceProcess[],
  complaint: RegExp,
): Promise<readonly string[]> {
  const answers: string[] = []
  for (const one of services) {
    await until(`a complaint of ${one.service}`, async () =>
      complaint.test(await complaintsOf(one)),
    )
    const [live, ready] = [
      await statusOf(one, '/health/live'),
      await statusOf(one, '/health/ready'),
    ]
    answers.push(`${one.service} live ${live} ready ${ready}`)
  }
  return answers
}
const waitingAnswers = (services: readonly ServiceProcess[]): readonly string[] =>
  services.map(({ service }) => `${service} live 200 ready 503`)

/** Events that are stored once all is well and quiet again, with the very processes that were there before. */
async function storedAtLast(services: readonly ServiceProcess[]): Promise<number> {
  await Promise.all(services.map(async (one) => untilReady(one)))
  await installation.converged(services)
  return stored()
}

/** TERM for all, while the way is closed to them and there is work in hand: how they end, and how long it takes. */
async function stopAll(
  dependency: string,
  way: 'stall' | 'cut',
  services: readonly ServiceProcess[],
): Promise<{ readonly exits: readonly string[]; readonly tookMs: number }> {
  wayTo(dependency)[way]()
  await visits(300)
  await pause(1000)
  const from = performance.now()
  const exits = await Promise.all(
    services.map(async (one) => {
      const { code, signal } = await one.stop()
      return `${one.service} ${code ?? signal ?? '?'}`
    }),
  )
  const tookMs = performance.now() - from
  wayTo(dependency).restore()
  return { exits, tookMs }
}
const stopMaxMs = 10_000

// One after the other: starting all services is what takes the time. Each start also does what was in hand at the stop before it.
let services: readonly ServiceProcess[] = []
let expected = 0

describe.each([
  ['kafka', 'stall'],
  ['registry', 'cut'],
  ['clickhouse', 'stall'],
] as const)('%s is away', (dependency, wayAtStop) => {
  const { start = /./, running = /./ } = needs[dependency] ?? {}

  test('at a start: those that need it wait, live and are not ready; then they go on by themselves', async () => {
    wayTo(dependency).cut()
    services = startAll()
    const concerned = services.filter(({ service }) => start.test(service))
    expect(await waitingOnes(concerned, /./)).toEqual(waitingAnswers(concerned))
    await visits(20)
    wayTo(dependency).restore()
    expected += 20
    expect(await storedAtLast(services)).toBe(expected)
  })

  // A registry that is away while services run: outage.test.ts.
  test.skipIf(dependency === 'registry')(
    'while they run: those that need it say so, nothing is lost, and all goes on by itself',
    async () => {
      wayTo(dependency).cut()
      await visits(100)
      const concerned = services.filter(({ service }) => running.test(service))
      expect(
        await waitingOnes(concerned, dependency === 'kafka' ? /consumer / : /clickhouse /),
      ).toEqual(waitingAnswers(concerned))
      // Longer than the group waits for a member that is silent.
      await pause(sessionTimeoutMs + 1000)
      wayTo(dependency).restore()
      expected += 100
      expect(await storedAtLast(services)).toBe(expected)
    },
  )

  test('at a stop: it takes no longer than ten seconds and is no failure, whatever was in hand', async () => {
    const { exits, tookMs } = await stopAll(dependency, wayAtStop, services)
    expect(exits).toEqual(services.map(({ service }) => `${service} 0`))
    expect(tookMs).toBeLessThan(stopMaxMs)
    expected += 300
  })
})

test('what was in hand is done by those who come after, and brokers that are gone hold up no stop either', async () => {
  services = startAll()
  expect(await storedAtLast(services)).toBe(expected)
  const { exits, tookMs } = await stopAll('kafka', 'cut', services)
  expect(exits).toEqual(services.map(({ service }) => `${service} 0`))
  expect(tookMs).toBeLessThan(stopMaxMs)
})
