import { expect, test } from 'vitest'
import { createHealth } from './health.ts'
import { createMetrics } from './metrics.ts'
import { showHealth } from './show-health.ts'

const watched = () => {
  const [health, metrics] = [createHealth(), createMetrics('profiles')]
  showHealth(metrics, health)
  const lines = async (): Promise<readonly string[]> =>
    (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('tributary_'))
      .toSorted()
  return { health, lines }
}

test('what waits is counted by the first word of its check, and a process that waits is not ready', async () => {
  const { health, lines } = watched()
  expect(await lines()).toEqual(['tributary_ready{service="profiles"} 0'])
  health.setPhase('running')
  health.report('clickhouse events', 'connection refused')
  health.report('clickhouse profiles', 'connection refused')
  health.register('consumer prod.profiles', () => ({ ok: true, why: null }))
  expect(await lines()).toEqual([
    'tributary_health_failing{check="clickhouse",service="profiles"} 2',
    'tributary_health_failing{check="consumer",service="profiles"} 0',
    'tributary_ready{service="profiles"} 0',
  ])
})

test('what is well again is 0, and what is not looked at any more is gone', async () => {
  const { health, lines } = watched()
  health.setPhase('running')
  health.report('clickhouse events', 'connection refused')
  health.report('registry', 'has not answered yet')
  await lines()
  health.report('clickhouse events', null)
  health.forget('registry')
  expect(await lines()).toEqual([
    'tributary_health_failing{check="clickhouse",service="profiles"} 0',
    'tributary_ready{service="profiles"} 1',
  ])
})
