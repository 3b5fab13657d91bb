import { expect, test } from 'vitest'
import { createMetrics } from '#runtime/telemetry/index.ts'
import { alertsShownMax, createDriftMetrics } from './metrics.ts'
import type { ToldAlert } from './read-state.ts'

const alert = (name: string, severity = 'critical'): ToldAlert => ({
  kind: 'freshness',
  name,
  severity,
  owner: 'on-call',
  since: 1_700_000_000_000,
})

function watched() {
  const metrics = createMetrics('drift')
  const seriesOf = async (name: string): Promise<readonly string[]> =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith(`tributary_${name}{`))
  return { drift: createDriftMetrics(metrics), seriesOf }
}

test('what somebody is told of has a series with its owner, as long as it is open', async () => {
  const { drift, seriesOf } = watched()
  drift.open([], [alert('crm/till', 'warn'), alert('web/segment')])
  drift.open([], [alert('crm/till')])
  expect(await seriesOf('drift_alert_since_timestamp_seconds')).toEqual([
    'tributary_drift_alert_since_timestamp_seconds{kind="freshness",subject="crm/till",severity="critical",owner="on-call",service="drift"} 1700000000',
  ])
  drift.open([], [])
  expect(await seriesOf('drift_alert_since_timestamp_seconds')).toEqual([])
})

test('of very many alerts the first are shown', async () => {
  const { drift, seriesOf } = watched()
  drift.open(
    [],
    Array.from({ length: alertsShownMax + 1 }, (_, n) => alert(`crm/till ${n}`)),
  )
  const series = await seriesOf('drift_alert_since_timestamp_seconds')
  expect(series).toHaveLength(alertsShownMax)
  expect(series.join()).not.toContain(`till ${alertsShownMax}"`)
})

test('when a run is due is no number before it is known, and neither is the last run before there was one', async () => {
  const { drift, seriesOf } = watched()
  const shown = async (): Promise<readonly string[]> =>
    [
      ...(await seriesOf('drift_run_due_timestamp_seconds')),
      ...(await seriesOf('drift_last_run_timestamp_seconds')),
    ].map((line) => line.split(' ').at(-1) ?? '')
  expect(await shown()).toEqual(['Nan', 'Nan'])
  drift.stands(null, 5000)
  expect(await shown()).toEqual(['5', 'Nan'])
  drift.stands(4000, 6000)
  expect(await shown()).toEqual(['6', '4'])
})
