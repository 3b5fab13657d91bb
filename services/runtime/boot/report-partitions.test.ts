import { expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { createHealth } from '../telemetry/index.ts'
import { reportPartitions, type StandingStill } from './report-partitions.ts'

test('a process with partitions that stand still is not well, and names each with what to do, until they go on', () => {
  const health = createHealth()
  health.setPhase('running')
  let stopped: StandingStill[] = []
  reportPartitions(health, () => stopped)
  expect(health.read()).toEqual({
    status: 'ok',
    checks: [{ name: 'partitions', ok: true, why: null }],
  })
  const lost = new TributaryError('TRB_OFFSET_LOST', 'gone', { hint: 'Accept it.' })
  const full = new TributaryError('TRB_STATE_FULL', 'no room', { hint: 'Make room.' })
  stopped = [
    { what: 'channel.web/0: gone', error: lost },
    { what: '3: no room', error: full },
  ]
  const why = 'partitions stand still: channel.web/0: gone (Accept it.); 3: no room (Make room.)'
  expect(health.read()).toEqual({
    status: 'degraded',
    checks: [{ name: 'partitions', ok: false, why }],
  })
  stopped = []
  expect(health.read().status).toBe('ok')
})
