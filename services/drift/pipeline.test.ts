import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { createMetrics } from '#runtime/telemetry/index.ts'
import { fromIso } from '#runtime/time/iso.ts'
import { type DriftDeps, runDue } from './pipeline.ts'
import { createDriftMetrics } from './shell/metrics.ts'

const day = 86_400_000
const rowSchema = z.object({ as_of: z.string() })
const compiled = loadDefinition(pipelineText(), definitionVersion(1))
/** Its rule is overdue for review: there is somebody to tell. */
const today = fromIso('2027-04-10T00:00:00.000Z')

/** An empty installation, and what was done to it in order. */
function installation() {
  const done: string[] = []
  const metrics: { as_of: string }[] = []
  let failing = ''
  const step = async (name: string): Promise<void> => {
    done.push(name)
    if (failing === name) {
      failing = ''
      throw new Error(`${name} is away`)
    }
    return Promise.resolve()
  }
  const deps: DriftDeps = {
    clickhouse: {
      async query<Row extends object>(sql: string) {
        const last = metrics.at(-1)?.as_of
        const at = last === undefined ? null : String(Date.parse(last))
        const rows: readonly object[] = sql.includes('maxOrNull(as_of)') ? [{ at }] : []
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the SELECT has it
        return Promise.resolve(rows as readonly Row[])
      },
      async insertLines(table, _format, _columns, lines) {
        await step(table)
        if (table !== 'drift_metrics') return
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of our own
        for (const line of lines.toString().trim().split('\n'))
          metrics.push(rowSchema.parse(JSON.parse(line)))
      },
    },
    producer: { send: async () => step('drift.alerts') },
    alerts: { topic: 'drift.alerts', schemaId: 1 },
    definition: async () => Promise.resolve(compiled),
    metrics: createDriftMetrics(createMetrics('drift')),
    now: () => today + 600_000,
    delayMs: 600_000,
    catchUpMax: 28,
  }
  return {
    deps,
    done,
    fail: (name: string) => {
      failing = name
    },
  }
}

const whole = [
  'drift_baselines',
  'drift_snapshots',
  'drift_alerts',
  'drift.alerts',
  'drift_metrics',
]

test('a window is stored, told and then remembered', async () => {
  const { deps, done } = installation()
  expect(await runDue(deps)).toBe(day)
  expect(done).toEqual(whole)
  await runDue(deps)
  expect(done).toEqual(whole)
})

test.each(whole)('a run that ends at %s is made again whole', async (name) => {
  const { deps, done, fail } = installation()
  fail(name)
  await expect(runDue(deps)).rejects.toThrow(`${name} is away`)
  done.length = 0
  await runDue(deps)
  expect(done).toEqual(whole)
})

test('where nothing is deployed it waits', async () => {
  const { deps, done } = installation()
  expect(await runDue({ ...deps, definition: async () => Promise.resolve(null) })).toBe(60_000)
  expect(done).toEqual([])
})
