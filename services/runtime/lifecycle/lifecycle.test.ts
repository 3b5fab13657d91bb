/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { createHealth, createLogger, silentLogger } from '../telemetry/index.ts'
import { createLifecycle, manualClock, waitFor } from './index.ts'

test('parts stop in the reverse order of their start, also when one of them fails', async () => {
  const order: string[] = []
  const lifecycle = createLifecycle({ log: silentLogger, clock: manualClock(0) })
  for (const name of ['a', 'b', 'c']) {
    await lifecycle.use(
      name,
      async () => Promise.resolve(order.push(`+${name}`)),
      async () => {
        order.push(`-${name}`)
        if (name === 'b') throw new Error('b is stuck')
        return Promise.resolve()
      },
    )
  }
  const error = await lifecycle.stop()
  expect(order).toEqual(['+a', '+b', '+c', '-c', '-b', '-a'])
  expect(error?.message).toBe('b is stuck')
})

test('the first error is the one that the process ends with', async () => {
  const lifecycle = createLifecycle({ log: silentLogger, clock: manualClock(0) })
  lifecycle.watch('consumer', Promise.resolve(new Error('offset lost')))
  expect((await lifecycle.ending)?.message).toBe('offset lost')
  lifecycle.fail(new Error('later'))
  expect(lifecycle.signal.aborted).toBe(true)
  expect((await lifecycle.stop())?.message).toBe('offset lost')
})

test('an orderly end is no error', async () => {
  const lifecycle = createLifecycle({ log: silentLogger, clock: manualClock(0) })
  lifecycle.requestStop('SIGTERM')
  expect(await lifecycle.ending).toBeUndefined()
  expect(await lifecycle.stop()).toBeUndefined()
})

const start = async (): Promise<void> => Promise.resolve()
const never = async (): Promise<void> => new Promise(() => undefined)

test('a part that waits for what does not come is left behind in the second half of the time, and the others stop', async () => {
  const clock = manualClock(0)
  const lifecycle = createLifecycle({ log: silentLogger, clock, stopWithinMs: 10_000 })
  const order: string[] = []
  await lifecycle.use('state', start, async () => Promise.resolve(void order.push('state')))
  await lifecycle.use('consumer', start, never)
  lifecycle.requestStop('SIGTERM')
  const stopped = lifecycle.stop()
  await clock.advance(4999)
  expect([lifecycle.hurry.aborted, order]).toEqual([false, []])
  await clock.advance(1)
  expect(lifecycle.hurry.aborted).toBe(true)
  await clock.advance(300)
  expect([await stopped, order]).toEqual([undefined, ['state']])
})

test('the time of the end counts from its beginning, and is never exceeded', async () => {
  const clock = manualClock(0)
  const lifecycle = createLifecycle({ log: silentLogger, clock, stopWithinMs: 1000 })
  for (const name of ['producer', 'consumer', 'late']) await lifecycle.use(name, start, never)
  lifecycle.requestStop('SIGTERM')
  await clock.advance(500)
  const stopped = lifecycle.stop()
  for (const ms of [0, 300, 200]) await clock.advance(ms)
  expect(await stopped).toMatchObject({ code: 'TRB_SHUTDOWN_SLOW' })
  expect((await stopped)?.message).toBe('not stopped after 1000 ms: producer, consumer')
})

test('who stops in time meets no hurry', async () => {
  const clock = manualClock(0)
  const lifecycle = createLifecycle({ log: silentLogger, clock })
  await lifecycle.use('consumer', start, start)
  lifecycle.requestStop('SIGTERM')
  await lifecycle.stop()
  await clock.advance(60_000)
  expect([lifecycle.hurry.aborted, clock.sleepers]).toEqual([false, 0])
})

test('beside a part that was left behind nothing is started anew', async () => {
  const clock = manualClock(0)
  const lifecycle = createLifecycle({ log: silentLogger, clock, stopWithinMs: 1000 })
  await lifecycle.use('consumer', start, never)
  lifecycle.requestRestart('another generation')
  const stopped = lifecycle.stop()
  for (const ms of [500, 300]) await clock.advance(ms)
  expect(await stopped).toMatchObject({ code: 'TRB_SHUTDOWN_SLOW' })
  expect(lifecycle.restarts()).toBe(false)
})

test('a dependency is waited for with growing pauses, and health says why', async () => {
  const clock = manualClock(0)
  const health = createHealth()
  health.setPhase('running')
  const tries: number[] = []
  const waiting = waitFor(
    async () => {
      tries.push(clock.now())
      if (tries.length < 4) throw new Error('refused')
      return Promise.resolve('connected')
    },
    { name: 'kafka', log: silentLogger, clock, health },
  )
  for (const ms of [0, 200, 400, 800]) await clock.advance(ms)
  expect(await waiting).toBe('connected')
  expect(tries).toEqual([0, 200, 600, 1400])
  expect(health.read().status).toBe('ok')
})

test('a dependency that says nothing is said to be waited for, after five seconds and four times a minute', async () => {
  const clock = manualClock(0)
  const said: string[] = []
  const log = createLogger({
    service: 'test',
    level: 'info',
    stream: { write: (line) => void said.push(line) },
  })
  const answer = Promise.withResolvers<string>()
  const over = new AbortController()
  const waiting = waitFor(async () => answer.promise, {
    name: 'kafka',
    log,
    clock,
    signal: over.signal,
  })
  await clock.advance(4999)
  expect(said).toEqual([])
  for (const ms of [1, 15_000, 15_000]) await clock.advance(ms)
  expect(said).toHaveLength(3)
  expect(said[0]).toContain('waiting for kafka: has not answered yet')
  answer.resolve('connected')
  expect(await waiting).toBe('connected')
  expect(said.at(-1)).toContain('kafka answers')
  expect(clock.sleepers).toBe(0)
})

test('of what is not waited for any more nothing is said', async () => {
  const clock = manualClock(0)
  const over = new AbortController()
  void waitFor(async () => never(), {
    name: 'kafka',
    log: silentLogger,
    clock,
    signal: over.signal,
  })
  over.abort()
  await clock.advance(0)
  expect(clock.sleepers).toBe(0)
})

test('patience ends with the reason; what no waiting cures is told at once', async () => {
  const clock = manualClock(0)
  const refused = async (): Promise<void> => Promise.reject(new Error('refused'))
  const options = { name: 'clickhouse', log: silentLogger, clock, patienceMs: 500 }
  const waiting = waitFor(refused, options)
  const [outcome] = await Promise.allSettled([
    waiting,
    (async () => {
      for (const ms of [0, 200, 300]) await clock.advance(ms)
    })(),
  ])
  expect(outcome).toMatchObject({
    reason: {
      code: 'TRB_DEPENDENCY_UNAVAILABLE',
      message: 'clickhouse did not answer within 500 ms: refused',
    },
  })
  const wrong = waitFor(
    async () => Promise.reject(new TributaryError('TRB_TOPIC_MISSING', 'profile.log')),
    options,
  )
  await expect(wrong).rejects.toMatchObject({ code: 'TRB_TOPIC_MISSING' })
})
