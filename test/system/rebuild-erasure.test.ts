import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { findIn, needlesOf } from '../support/pipeline/canaries.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { fragmentOf, nameOf, tell, type ToldEvent } from '../support/pipeline/told-events.ts'
import { checkout } from '../world/demo/directory.ts'

// Somebody is erased while a new generation is being fed what `events` knows of her: it must not come to know her either.

const quetz = { user_id: 'quetz-canary-77' }
const quetzMail = { email: 'quetz.canary77@mail.example.net' }
const tier = 'Xylophoniewitz'
const ada = { user_id: 'ada' }
const start = Date.now() - 30 * 86_400_000
const hour = 3_600_000

const directory = mkdtempSync(join(tmpdir(), 'tributary-rebuild-erasure-'))
const pipelineFile = join(directory, 'pipeline.yaml')
let installation: Installation
let services: readonly ServiceProcess[]

const about = (
  at: number,
  who: ToldEvent['identifiers'],
  more: Partial<ToldEvent> = {},
): ToldEvent => ({
  id: `event-${at}-${nameOf(who)}`,
  at: start + at * hour,
  ...more,
  identifiers: who,
})
const order = { type: 'order_completed', properties: { total: 5, currency: 'EUR' } } as const

beforeAll(async () => {
  const fixture = readFileSync(join(checkout, 'test/fixtures/identity.pipeline.yaml'), 'utf8')
  writeFileSync(pipelineFile, `${fixture}retention:\n  dead_letters: 30d\n`)
  installation = await createInstallation({ pipelineFile })
  services = await installation.startAll()
  // Her first event is among the oldest, which the new generation is fed before it hears of the erasure.
  await tell(installation, [
    about(1, { ...quetz, ...quetzMail }, { ...order, traits: { tier } }),
    about(1, ada, order),
    ...Array.from({ length: 400 }, (_, at) => about(at + 2, { user_id: `person-${at}` }, order)),
    about(500, quetzMail, order),
    about(500, ada, order),
  ])
  await installation.converged(services)
}, 120_000)
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await installation.clickhouse.command(
    `DROP DATABASE IF EXISTS ${installation.prefix}_generation_1`,
    { withoutDatabase: true },
  )
  await installation.drop()
})

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(args, installation.environment, { checkout, now: () => new Date() })

const statusSchema = z.object({ next: z.object({ generation: z.number() }).nullable() })
const generationSchema = z.object({ identifiers: z.array(z.string()), complete: z.boolean() })

const profileOf = async (who: ToldEvent['identifiers']): Promise<readonly object[]> =>
  installation.clickhouse.query(
    'SELECT f_orders, t_tier FROM profiles FINAL WHERE has(members, {fragment:String}) AND deleted = 0',
    { fragment: fragmentOf(installation, who) },
  )

/** Tables with a row, masked or replaced ones too, in which something of her stands. */
async function tablesWithHer(): Promise<readonly string[]> {
  const { clickhouse } = installation
  const names = [quetz, quetzMail].flatMap((who) => {
    const fragment = fragmentOf(installation, who)
    return [fragment, birthProfileId(fragment)]
  })
  const needles = needlesOf({ name: 'tier', value: tier, digests: false })
  const tables = await clickhouse.query<{ readonly name: string }>(
    "SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree' AND name != 'pipeline_health' ORDER BY name",
    { database: clickhouse.database },
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await clickhouse.query(`SELECT * FROM ${name} SETTINGS apply_deleted_mask = 0`)
    const text = rows.map((row) => JSON.stringify(row)).join('\n')
    if (names.some((one) => text.includes(one)) || findIn(Buffer.from(text), needles).length > 0)
      found.push(name)
  }
  return found
}

test('whoever is erased while a generation is built is in neither, does not come back by it, and nobody else loses anything', async () => {
  expect(await profileOf(quetz)).toMatchObject([{ f_orders: '2', t_tier: tier }])
  const rebuilding = run('rebuild', pipelineFile, '--slice-events', '20', '--json')
  await vi.waitFor(
    async () => {
      const { stdout } = await run('rebuild', 'status', '--json')
      expect(statusSchema.parse(JSON.parse(stdout)).next).toMatchObject({ generation: 1 })
    },
    { timeout: 60_000, interval: 50 },
  )
  const erased = await run('privacy', 'erase', nameOf(quetzMail), '--json')
  expect({ status: erased.status, stderr: erased.stderr }).toEqual({ status: 0, stderr: '' })
  expect(generationSchema.parse(JSON.parse(erased.stdout))).toMatchObject({ complete: true })
  // It was under way still: else this test says nothing.
  const { stdout } = await run('rebuild', 'status', '--json')
  expect(statusSchema.parse(JSON.parse(stdout)).next).not.toBeNull()

  const rebuilt = await rebuilding
  expect({ status: rebuilt.status, stderr: rebuilt.stderr }).toMatchObject({ status: 0 })
  await installation.converged(services, 60_000, 1)
  expect(await profileOf(quetz)).toEqual([])
  expect(await profileOf(quetzMail)).toEqual([])
  expect(await profileOf(ada)).toMatchObject([{ f_orders: '2' }])

  // What flushes of the new generation wrote before they heard of it, the daily sweep takes away.
  const swept = await run('privacy', 'sweep', '--json')
  expect({ status: swept.status, stderr: swept.stderr }).toEqual({ status: 0, stderr: '' })
  expect(await tablesWithHer()).toEqual([])

  // A new life starts with what comes now, and with nothing of the old one.
  await tell(installation, [about(600, quetz, order)])
  await installation.converged(services, 60_000, 1)
  expect(await profileOf(quetz)).toMatchObject([{ f_orders: '1', t_tier: null }])
  const verified = await run('verify', '--sample', '1000', '--json')
  expect(JSON.parse(verified.stdout)).toMatchObject({ missing: 0, double: 0, mismatches: [] })
}, 240_000)
