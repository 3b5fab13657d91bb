import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClickHouse, insertRows } from '#runtime/clickhouse/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import {
  eventRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'
import { exportColumns } from '../../services/cli/export/export-columns.ts'
import { exportKnownNow } from '../../services/cli/export/known-now.ts'
import { createStaging } from '../../services/cli/export/staging.ts'
import { readQuality } from '../../services/cli/quality/read-quality.ts'
import { readMetric } from '../../services/cli/rules/read-metric.ts'

// However much was received before it, whoever asks for a span of events reads the months of the span.

const day = 86_400_000
const until = new Date('2026-03-20T00:00:00.000Z')
const since = new Date(until.getTime() - 10 * day)
const months = 6

interface Asked {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

let database: TestDatabase
/** Each month in two inserts, and the second holds the rows of the first again. */
beforeAll(async () => {
  database = await createTestDatabase()
  const { clickhouse } = database
  await clickhouse.command('SYSTEM STOP MERGES events')
  const moments = Array.from({ length: months }, (_, ago) => until.getTime() - day - ago * 31 * day)
  for (const times of [1, 2])
    for (const [ago, at] of moments.entries())
      await insertRows(
        clickhouse,
        'events',
        Array.from({ length: times }, (_, n) =>
          eventRow({
            version: String(ago * 10 + n),
            event_id: `e${ago}-${n}`,
            received_at: toIso(epochMs(at)),
            occurred_at: toIso(epochMs(at - 60_000)),
            schema_id: 1,
          }),
        ),
      )
  await insertRows(clickhouse, 'profile_identifiers', [profileIdentifierRow()])
  await insertRows(clickhouse, 'profiles', [profileRow()])
  for (const _ of [1, 2])
    await insertRows(clickhouse, 'segment_transitions', [
      segmentTransitionRow({ segment: 'readers', at: toIso(epochMs(since.getTime() + day)) }),
    ])
})
afterAll(async () => database.drop())

/** The same ClickHouse, and what it is asked. */
function listening(): { readonly clickhouse: ClickHouse; readonly asked: Asked[] } {
  const { clickhouse } = database
  const asked: Asked[] = []
  return {
    asked,
    clickhouse: {
      ...clickhouse,
      async query(sql, params, ...more) {
        asked.push({ sql, params: params ?? {} })
        return clickhouse.query(sql, params, ...more)
      },
      stream(sql, params) {
        asked.push({ sql, params: params ?? {} })
        return clickhouse.stream(sql, params)
      },
    },
  }
}

/** Of each question that reads events: parts of the table that are read. There are two for a month. */
async function partsRead(asked: readonly Asked[]): Promise<readonly number[]> {
  const read: number[] = []
  for (const { sql, params } of asked.filter((one) => /events(?:_now| FINAL)/.test(one.sql))) {
    const plan = await database.clickhouse.query<{ explain: string }>(
      `EXPLAIN indexes = 1, json = 1 ${sql}`,
      params,
    )
    const text = plan.map(({ explain }) => explain).join('')
    const [, parts] = /"Type": "Partition"[^}]*?"Selected Parts": (\d+)/.exec(text) ?? []
    read.push(Number(parts ?? 2 * months))
  }
  return read
}

test('the figures of quality', async () => {
  const { asked, clickhouse } = listening()
  const { volumes } = await readQuality(clickhouse, { since, until })
  expect(volumes).toMatchObject([{ events: '2' }])
  expect(await partsRead(asked)).toEqual(Array.from({ length: 9 }, () => 2))
})

test('the success metric of a segment', async () => {
  const { asked, clickhouse } = listening()
  const metric = {
    event: 'email_opened',
    aggregation: 'count',
    window: '5d',
    direction: 'up',
  } as const
  const facts = await readMetric(
    clickhouse,
    { name: 'readers', success_metric: metric },
    { since, until },
  )
  // The entry is there twice.
  expect(facts).toMatchObject({ entries: 1 })
  expect(await partsRead(asked)).toEqual([2, 2])
})

test('an export of what was known by a time', async () => {
  const { asked, clickhouse } = listening()
  const definition = shippedDefinition()
  const columns = exportColumns(definition)
  await using staging = await createStaging(clickhouse, columns)
  const at = new Date(until.getTime() - 2 * 31 * day).toISOString()
  await insertRows(clickhouse, staging.entities, [
    { row: '1', at, fragment_id: eventRow().fragment_id, asked: profileId(1) },
  ])
  await exportKnownNow(clickhouse, staging, {
    columns,
    byProfile: false,
    definition,
    definitions: { load: () => Promise.resolve(definition), loaded: () => definition },
    rows: 1,
    progress: () => undefined,
  })
  const known = `SELECT count() AS n FROM ${staging.rows} WHERE profile_id IS NOT NULL`
  expect(await clickhouse.query(known)).toEqual([{ n: '1' }])
  // Its month and those before it.
  expect(await partsRead(asked)).toEqual([2 * (months - 2)])
})

test('events_now, for whoever may set nothing too', async () => {
  const span = `received_at >= '2026-03-10' AND received_at < '2026-03-20'`
  const sql = `SELECT count() AS n FROM events_now WHERE ${span}`
  expect(await database.clickhouse.query(sql)).toEqual([{ n: '2' }])
  expect(await partsRead([{ sql, params: {} }])).toEqual([2])
})
