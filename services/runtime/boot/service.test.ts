import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { commonVariables, createServiceConfig, kafkaVariables } from '../config/index.ts'
import { TributaryError } from '../errors/index.ts'
import { aborted, type Lifecycle, type ManualClock, manualClock } from '../lifecycle/index.ts'
import type { Boot } from './boot.ts'
import { bootService, type ProcessPort } from './service.ts'

const config = createServiceConfig({ ...commonVariables, ...kafkaVariables })
type Config = ReturnType<typeof config.parse>

/** A process that is an object: it says how it was left. */
function createFakeProcess(argv: readonly string[], env: Record<string, string>) {
  const listeners = new Map<string, () => void>()
  const written = { out: '', err: '' }
  const left = Promise.withResolvers<number>()
  const process: ProcessPort = {
    argv,
    env: { KAFKA_BROKERS: 'a:1', TRIBUTARY_LOG_LEVEL: 'silent', ...env },
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
    on: (event: string, listener: (thrown?: unknown) => void) => listeners.set(event, listener),
    exit: (code) => left.resolve(code),
  }
  return { process, written, left: left.promise, signal: (name: string) => listeners.get(name)?.() }
}

const boot = async (
  fake: ReturnType<typeof createFakeProcess>,
  start: (b: Boot<Config>) => Promise<void>,
) => bootService({ service: 'email', config, process: fake.process }, start)

test('a signal ends the service in order with 0', async () => {
  const fake = createFakeProcess([], {})
  const order: string[] = []
  const booted = boot(fake, async ({ lifecycle }) => {
    await lifecycle.use(
      'consumer',
      async () => Promise.resolve(),
      async () => Promise.resolve(void order.push('stopped')),
    )
    setImmediate(() => fake.signal('SIGTERM'))
  })
  expect(await fake.left).toBe(0)
  await booted
  expect(order).toEqual(['stopped'])
})

/** A service that is told to end while it starts, so long after; what happened in which order. */
async function toldToEnd(
  signal: 'SIGINT' | 'SIGTERM',
  ms: number,
  start: (lifecycle: Lifecycle, clock: ManualClock, order: string[]) => Promise<void>,
): Promise<{ readonly order: readonly string[]; readonly now: number }> {
  const fake = createFakeProcess([], {})
  const clock = manualClock(0)
  const order: string[] = []
  const booted = bootService(
    { service: 'email', config, process: fake.process, clock },
    async ({ lifecycle }) => {
      await lifecycle.use(
        'kafka',
        async () => Promise.resolve(),
        async () => Promise.resolve(void order.push('stopped')),
      )
      setImmediate(() => fake.signal(signal))
      await start(lifecycle, clock, order)
    },
  )
  while (clock.sleepers === 0) await new Promise(setImmediate)
  await clock.advance(ms)
  expect(await fake.left).toBe(0)
  await booted
  return { order, now: clock.now() }
}

test('a signal while a start waits for what does not come ends the service with 0, within half a second', async () => {
  const ended = await toldToEnd('SIGTERM', 500, async () => new Promise(() => undefined))
  expect(ended).toEqual({ order: ['stopped'], now: 500 })
})

test('a start that ends by itself when the process is to end has its time for it', async () => {
  const ended = await toldToEnd('SIGINT', 400, async (lifecycle, clock, order) => {
    await aborted(lifecycle.signal)
    await clock.sleep(400)
    order.push('start ended')
  })
  expect(ended.order).toEqual(['start ended', 'stopped'])
})

test('a signal that comes twice within a second is one, and a later one ends the service at once', async () => {
  const clock = manualClock(0)
  const fake = createFakeProcess([], {})
  const exits: number[] = []
  const booted = bootService(
    {
      service: 'email',
      config,
      clock,
      process: {
        ...fake.process,
        exit: (code) => {
          exits.push(code)
          fake.process.exit(code)
        },
      },
    },
    async (b) => {
      await b.lifecycle.use(
        'consumer',
        async () => Promise.resolve(),
        async () => new Promise(() => undefined),
      )
      setImmediate(() => {
        fake.signal('SIGINT')
        fake.signal('SIGINT')
        fake.signal('SIGTERM')
      })
    },
  )
  while (clock.sleepers === 0) await new Promise(setImmediate)
  expect(exits).toEqual([])
  await clock.advance(1000)
  fake.signal('SIGINT')
  expect(exits).toEqual([1])
  await clock.advance(10_000)
  await booted
})

test('a port that somebody else has, and a file that the port cannot be written to, are wrong settings', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this kind of address
  const { port } = taken.address() as AddressInfo
  for (const env of [
    { TRIBUTARY_HTTP_PORT: `${port}` },
    { TRIBUTARY_HTTP_PORT_FILE: '/dev/null/port' },
  ]) {
    const fake = createFakeProcess([], env)
    await boot(fake, async () => Promise.reject(new Error('started')))
    expect(await fake.left).toBe(2)
  }
  await new Promise((resolve) => taken.close(resolve))
})

test('a fatal error ends it with the exit code of the error', async () => {
  const fake = createFakeProcess([], {})
  await boot(fake, async () =>
    Promise.reject(new TributaryError('TRB_KAFKA_REFUSED', 'wrong password')),
  )
  expect(await fake.left).toBe(2)
})

test('a dependency that goes away while the parts start ends nothing: they are started anew, with growing pauses', async () => {
  const fake = createFakeProcess([], {})
  const clock = manualClock(0)
  const starts: number[] = []
  const seen: string[] = []
  const booted = bootService(
    { service: 'email', config, process: fake.process, clock },
    async (b) => {
      starts.push(clock.now())
      await b.lifecycle.use(
        'kafka',
        async () => Promise.resolve(),
        async () => Promise.resolve(void seen.push('stopped')),
      )
      if (starts.length === 2) seen.push(b.health.read().status)
      if (starts.length < 4) throw new TributaryError('TRB_KAFKA_UNAVAILABLE', 'nobody answers')
      setImmediate(() => fake.signal('SIGTERM'))
    },
  )
  for (const ms of [500, 1000, 2000]) {
    while (clock.sleepers === 0) await new Promise(setImmediate)
    await clock.advance(ms)
  }
  expect(await fake.left).toBe(0)
  await booted
  expect(starts).toEqual([0, 500, 1500, 3500])
  expect(seen).toEqual(['stopped', 'starting', 'stopped', 'stopped', 'stopped'])
})

test('who is told to end while waiting to start anew ends at once', async () => {
  const fake = createFakeProcess([], {})
  const clock = manualClock(0)
  const booted = bootService({ service: 'email', config, process: fake.process, clock }, async () =>
    Promise.reject(new TributaryError('TRB_REGISTRY_UNAVAILABLE', 'nobody answers')),
  )
  while (clock.sleepers === 0) await new Promise(setImmediate)
  fake.signal('SIGTERM')
  expect(await fake.left).toBe(0)
  await booted
})

test('a restart that a part asks for ends all parts in order and starts them anew', async () => {
  const fake = createFakeProcess([], {})
  const order: string[] = []
  await boot(fake, async ({ lifecycle }) => {
    const round = order.length === 0 ? 'first' : 'second'
    order.push(`${round} started`)
    await lifecycle.use(
      'consumer',
      async () => Promise.resolve(),
      async () => Promise.resolve(void order.push(`${round} stopped`)),
    )
    if (round === 'first') lifecycle.requestRestart('another generation')
    else setImmediate(() => fake.signal('SIGTERM'))
  })
  expect(await fake.left).toBe(0)
  expect(order).toEqual(['first started', 'first stopped', 'second started', 'second stopped'])
})

test('who is told to end while restarting ends', async () => {
  const fake = createFakeProcess([], {})
  let starts = 0
  await boot(fake, async ({ lifecycle }) => {
    starts += 1
    await lifecycle.use(
      'consumer',
      async () => Promise.resolve(),
      async () => Promise.resolve(fake.signal('SIGTERM')),
    )
    lifecycle.requestRestart('another generation')
  })
  expect([await fake.left, starts]).toEqual([0, 1])
})

test('--check-config tells every problem and starts nothing', async () => {
  const fake = createFakeProcess(['--check-config'], { TRIBUTARY_PARTITIONS: 'x', KAFKA_TLS: 'y' })
  await boot(fake, async () => Promise.reject(new Error('started')))
  expect(await fake.left).toBe(2)
  expect(fake.written.err.trim().split('\n')).toHaveLength(2)
  const fine = createFakeProcess(['--check-config'], {})
  await boot(fine, async () => Promise.reject(new Error('started')))
  expect([await fine.left, fine.written.out]).toEqual([0, 'configuration ok\n'])
})

test('a wrong configuration ends it with 2 and one JSON error', async () => {
  const fake = createFakeProcess([], { TRIBUTARY_PARTITIONS: 'x' })
  await boot(fake, async () => Promise.resolve())
  expect(await fake.left).toBe(2)
  expect(JSON.parse(fake.written.err)).toMatchObject({ error: { code: 'TRB_CONFIG_INVALID' } })
})
