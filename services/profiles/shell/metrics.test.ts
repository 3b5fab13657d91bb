import { expect, test } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { createMetrics } from '#runtime/telemetry/index.ts'
import { showStoppedPartitions } from './metrics.ts'
import type { StoppedPartition } from './owner/owners.ts'

test('a partition that stands still is shown with its error, until it goes on or its parts are stopped', async () => {
  const metrics = createMetrics('profiles')
  let stopped: StoppedPartition[] = [
    { partition: 0, error: new TributaryError('TRB_STATE_FULL', 'no room') },
    { partition: 3, error: new Error('a fault') },
  ]
  const hide = showStoppedPartitions(metrics, 'profile.log', () => stopped)
  const shown = async (): Promise<readonly string[]> =>
    [
      ...(await metrics.text()).matchAll(/partition="(\d)",code="(\w+)",service="profiles"\} 1/g),
    ].map(([, partition, code]) => `${partition} ${code}`)
  expect(await shown()).toEqual(['0 TRB_STATE_FULL', '3 TRB_INTERNAL'])
  stopped = stopped.slice(1)
  expect(await shown()).toEqual(['3 TRB_INTERNAL'])
  hide()
  expect(await shown()).toEqual([])
})
