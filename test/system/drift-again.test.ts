import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertRows } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { DriftRun } from '../../services/drift/core/run/drift-run.ts'
import { readLastRun } from '../../services/drift/shell/read-state.ts'
import { runOnce, storeRun } from '../../services/drift/shell/run-once.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

const compiled = (window: string) =>
  loadDefinition(
    `purposes: { service: Running the shop }
drift: { window: ${window} }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
`,
    definitionVersion(1),
  )
const [hour, day] = [3_600_000, 86_400_000]
const asOf = (n: number): number => Date.parse('2026-03-02T00:00:00.000Z') + n * day

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

let inserted = 0
/** Events of a span, evenly. */
async function comes(source: string, from: number, to: number, n: number): Promise<void> {
  inserted += 1
  await database.clickhouse.command(
    `INSERT INTO events (fragment_id, partition, version, event_id, channel, source, type, received_at)
     SELECT toString(number), 0, ${inserted} * 1000000 + number, concat('${inserted}.', toString(number)), 'web', '${source}', 'page_viewed',
       fromUnixTimestamp64Milli(toInt64(${from}) + intDiv(toInt64(number) * ${to - from}, ${n}), 'UTC')
     FROM numbers(${n})`,
  )
}

async function run(at: number, window = '1d'): Promise<DriftRun> {
  const made = await runOnce(database.clickhouse, compiled(window), at, at + 600_000)
  await storeRun(database.clickhouse, made, async () => Promise.resolve())
  return made
}

const openOf = async (name: string) =>
  database.clickhouse.query<object>(
    'SELECT kind, opened_at FROM drift_alerts FINAL WHERE name = {name:String} AND closed_at IS NULL',
    { name },
  )
const coursesOf = async (name: string, at: number) =>
  database.clickhouse.query<object>(
    `SELECT DISTINCT opened_at FROM drift_metrics FINAL WHERE kind = 'volume' AND name = {name:String} AND as_of = {at:DateTime64(3)}`,
    { name, at: new Date(at) },
  )

describe('a window that is judged again after a label', () => {
  test('withdraws the alert that it does not open any more', async () => {
    const name = 'web/sale'
    // Two weeks of a sale, and what is usual again.
    for (let n = 1; n <= 16; n += 1) {
      await comes('sale', asOf(n - 1), asOf(n), n <= 14 ? 1000 : 400)
      await run(asOf(n))
    }
    expect(await openOf(name)).toEqual([{ kind: 'volume', opened_at: toIso(asOf(16)) }])
    await insertRows(database.clickhouse, 'drift_labels', [
      {
        label_id: 'sale',
        version: '1',
        kind: 'campaign',
        from: toIso(asOf(0)),
        to: toIso(asOf(14)),
        subjects: [],
        words: 'a sale',
        by: 'ada',
        removed: 0,
      },
    ])
    const again = await run(asOf(16))
    expect(again.alerts).toMatchObject([
      { name, opened_at: toIso(asOf(16)), closed_at: toIso(asOf(16)) },
    ])
    expect(await openOf(name)).toEqual([])
    // Of the weekday's reference, which is gone, nothing is left that says otherwise.
    expect(await coursesOf(name, asOf(16))).toEqual([{ opened_at: null }])
    expect((await run(asOf(16))).alerts).toEqual([])
  })
})

test('what was counted over an hour is no reference of a day', async () => {
  const [from, name] = [100, 'web/hourly']
  for (let n = from; n <= from + 9; n += 1) await comes('hourly', asOf(n - 1), asOf(n), 4800)
  for (const n of [from, from + 1]) {
    await run(asOf(n) - hour, '1h')
    await run(asOf(n), '1h')
  }
  for (let n = from + 2; n <= from + 9; n += 1) await run(asOf(n))
  expect(await openOf(name)).toEqual([])
  const [row] = await database.clickhouse.query<{ n_ref: string }>(
    `SELECT n_ref FROM drift_metrics FINAL WHERE kind = 'volume' AND name = {name:String} AND as_of = {at:DateTime64(3)} AND reference = 'weekday'`,
    { name, at: new Date(asOf(from + 9)) },
  )
  expect(row?.n_ref).toBe('4800')
})

test('windows that a clock that was wrong has run are not the last one', async () => {
  await run(asOf(2000))
  expect(await readLastRun(database.clickhouse, asOf(200))).toBe(asOf(109))
})
