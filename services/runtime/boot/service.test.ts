import { expect, test } from 'vitest'
import { commonVariables, createServiceConfig, kafkaVariables } from '../config/index.ts'
import { TributaryError } from '../errors/index.ts'
import { type Boot, bootService, type ProcessPort } from './service.ts'

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

test('a fatal error ends it with the exit code of the error', async () => {
  const fake = createFakeProcess([], {})
  await boot(fake, async () =>
    Promise.reject(new TributaryError('TRB_KAFKA_UNAVAILABLE', 'nobody answers')),
  )
  expect(await fake.left).toBe(3)
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
