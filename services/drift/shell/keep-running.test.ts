import { expect, test } from 'vitest'
import { manualClock } from '#runtime/lifecycle/clock.ts'
import { createHealth, silentLogger } from '#runtime/telemetry/index.ts'
import { keepRunning } from './keep-running.ts'

test('a run that can not be made is tried again, and health says why meanwhile', async () => {
  const clock = manualClock(0)
  const health = createHealth()
  health.setPhase('running')
  const over = new AbortController()
  let turns = 0
  const running = keepRunning(
    async () => {
      turns += 1
      if (turns === 1) throw new Error('ClickHouse is away')
      return Promise.resolve(7_200_000)
    },
    { clock, health, log: silentLogger, retryMs: 30_000, over: over.signal },
  )
  await expect.poll(() => clock.sleepers).toBe(1)
  expect(health.read()).toMatchObject({
    status: 'degraded',
    checks: [{ name: 'run', why: 'ClickHouse is away' }],
  })
  await clock.advance(30_000)
  await expect.poll(() => clock.sleepers).toBe(1)
  expect([turns, health.read().status]).toEqual([2, 'ok'])
  // However long nothing is due, a new pipeline file is seen within a minute.
  await clock.advance(60_000)
  await expect.poll(() => turns).toBe(3)
  over.abort()
  await clock.advance(60_000)
  await running
})
