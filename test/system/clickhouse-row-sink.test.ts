import { afterAll, expect, test } from 'vitest'
import { createRowSink } from '#runtime/clickhouse/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { rowSinkContract } from '../support/clickhouse/row-sink-contract.ts'
import { eventRow, profileRow } from '../support/clickhouse/rows.ts'

const made: TestDatabase[] = []
afterAll(async () => {
  for (const database of made) await database.drop()
})

async function fresh(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  made.push(database)
  return database
}

rowSinkContract('ClickHouse', async () => {
  const { clickhouse } = await fresh()
  return {
    sink: createRowSink(clickhouse),
    final: (table) => clickhouse.query(`SELECT * FROM ${table} FINAL`),
  }
})

test('a row that ClickHouse refuses fails its own caller only, and the error names the column, not the value', async () => {
  const { clickhouse } = await fresh()
  const sink = createRowSink(clickhouse)
  const [good, bad] = await Promise.allSettled([
    sink.insert({ events: [eventRow({ version: '1' })] }),
    sink.insert({ events: [eventRow({ version: '2', occurred_at: 'ada@example.org' })] }),
  ])
  expect(good.status).toBe('fulfilled')
  expect(bad).toMatchObject({
    reason: { code: 'TRB_CLICKHOUSE_REFUSED', context: { table: 'events', column: 'occurred_at' } },
  })
  expect(JSON.stringify(bad)).not.toContain('ada@example.org')
  expect(await clickhouse.query('SELECT version FROM events FINAL')).toEqual([{ version: '1' }])
  await sink.close()
})

test('an unknown column is refused, never dropped in silence', async () => {
  const { clickhouse } = await fresh()
  const sink = createRowSink(clickhouse)
  await expect(
    sink.insert({ profiles: [profileRow({ f_nobody_deployed_me: 1 })] }),
  ).rejects.toMatchObject({
    code: 'TRB_CLICKHOUSE_REFUSED',
    context: { column: 'f_nobody_deployed_me' },
  })
  await sink.close()
})

test('rows beyond the bounds of one insert go in several', async () => {
  const { clickhouse } = await fresh()
  const sink = createRowSink(clickhouse, { batchRowsMax: 100, batchBytesMax: 20_000 })
  const events = Array.from({ length: 950 }, (_, n) => eventRow({ version: String(n) }))
  await sink.insert({ events })
  expect(await clickhouse.query('SELECT count() AS n FROM events FINAL')).toEqual([{ n: '950' }])
  await sink.close()
})
