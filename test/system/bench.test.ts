import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkout } from '../world/demo/directory.ts'

const contestant = z.object({
  events_per_second: z.number().positive(),
  events_per_cpu_second: z.number().positive(),
  valid: z.boolean(),
  why: z.null(),
  runs: z.array(z.object({ round: z.number(), cpu: z.record(z.string(), z.number()) })),
})

const printed = z.object({
  events: z.literal(3000),
  people: z.literal(300),
  rounds: z.literal(1),
  machine: z.object({ cores: z.number() }),
  contestants: z.object({ tributary: contestant, floor: contestant }),
  ratios: z.record(z.string(), z.number()),
  suites: z.object({}),
})

// `npm run bench`, small, as a user runs it: on a stack of its own. Figures of so few events say nothing of speed.
test('a small race tells of every process of both contestants, whose tables hold what was sent', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      join(checkout, 'test/bench/race/main.ts'),
      '--events=3000',
      '--people=300',
      '--rounds=1',
      '--contestants=floor,tributary',
      '--json',
    ],
    { cwd: checkout },
  )
  const { contestants, ratios } = printed.parse(JSON.parse(stdout))
  expect(Object.keys(contestants.tributary.runs[0]?.cpu ?? {}).toSorted()).toEqual(
    ['broker', 'clickhouse', 'crm', 'email', 'identity', 'profiles', 'web'].toSorted(),
  )
  expect(Object.keys(contestants.floor.runs[0]?.cpu ?? {}).toSorted()).toEqual(
    ['broker', 'clickhouse', 'crm', 'email', 'sink', 'web'].toSorted(),
  )
  expect(contestants.tributary.valid && contestants.floor.valid).toBe(true)
  expect(ratios['tributary_to_floor.events_per_cpu_second']).toBeLessThan(1)
}, 300_000)
