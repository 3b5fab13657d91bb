import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import type { Erasure } from '../../services/cli/privacy/erasures.ts'
import { createMutations } from '../../services/cli/privacy/sweep/mutations.ts'
import {
  countErased,
  linksLeft,
  sweepDatabase,
} from '../../services/cli/privacy/sweep/sweep-database.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

// What a sweep deletes and what it leaves, row by row. One fragment is erased; another was one person with it for a while.

/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
const erased = 'email:aaaaaaaaaaaaaaaaaaaaaa' as FragmentId
const other = 'user_id:bbbbbbbbbbbbbbbbbbbbbb' as FragmentId
const stranger = 'user_id:dddddddddddddddddddddd' as FragmentId
/* oxlint-enable typescript/no-unsafe-type-assertion */
const [ofErased, ofOther] = [birthProfileId(erased), birthProfileId(other)]
const erasedAt = Date.parse('2026-11-01T00:00:00.000Z')
const erasure: Erasure = {
  fragment: erased,
  profile: ofErased,
  erasedAt: epochMs(erasedAt),
  settledAt: epochMs(erasedAt + 200),
  commandId: 'links/7',
}
const iso = (ms: number): string => new Date(ms).toISOString()
const before = erasedAt - 60_000
const after = erasedAt + 60_000

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())
beforeEach(async () => {
  for (const table of tableNames) await database.clickhouse.command(`TRUNCATE TABLE ${table}`)
})

const insert = async (table: string, ...rows: readonly object[]): Promise<void> =>
  database.clickhouse.insertLines(
    table,
    'JSONEachRow',
    null,
    Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
  )

const names = (...ids: readonly string[]) => ids.map((id) => ({ id, blocked: '' }))
const event = (fragment: string, at: number, ...named: readonly string[]) => ({
  fragment_id: fragment,
  version: String(at),
  identifiers: names(fragment, ...named),
  received_at: iso(at),
  log_time: iso(at),
})
const link = (offset: number, at: number, kind = 'link') => ({
  offset,
  version: String(offset),
  kind,
  identifiers: [other, erased],
  blocked: ['', ''],
  received_at: at,
  at,
})

/** Rows of one life: of the fragment's own profile, and of the other's that was joint with it. */
async function insertLife(at: number): Promise<void> {
  const version = String(at)
  const updated_at = iso(at)
  await insert('events', event(erased, at), event(other, at, erased))
  await insert('profile_history', { profile_id: ofErased, version, updated_at, members: [erased] })
  await insert('profile_history', {
    profile_id: ofOther,
    version,
    updated_at,
    members: [other, erased],
  })
  await insert('profiles', { profile_id: ofErased, version, updated_at, members: [erased] })
  const reason = { version, because: '{"orders":2}' }
  for (const profile_id of [ofErased, ofOther]) {
    await insert('segment_transitions', { profile_id, segment: 's', at: updated_at, ...reason })
    await insert('segment_memberships', {
      profile_id,
      segment: 's',
      entered_at: updated_at,
      ...reason,
    })
  }
  await insert('consent_history', {
    fragment_id: erased,
    version,
    received_at: iso(at),
    declared_at: iso(at),
  })
  await insert('profile_identifiers', { fragment_id: erased, profile_id: ofErased, version })
  await insert('identity_decisions', {
    decision_id: version,
    at: iso(at),
    identifiers: [other],
    demoted: [erased],
  })
}

/** As the home and the owner leave it. */
async function insertEnd(): Promise<void> {
  const closing = { version: String(erasedAt), deleted: 1 }
  await insert('profiles', {
    profile_id: ofErased,
    updated_at: iso(erasedAt),
    members: [],
    ...closing,
  })
  await insert('profile_identifiers', { fragment_id: erased, profile_id: ofErased, ...closing })
}

const rowsOf = async (table: string): Promise<number> => {
  const [row] = await database.clickhouse.query<{ readonly n: string }>(
    `SELECT count() AS n FROM ${table} SETTINGS apply_deleted_mask = 0`,
  )
  return Number(row?.n)
}
const sweepOf = async (
  clickhouse: TestDatabase['clickhouse'],
  erasures: readonly Erasure[],
): ReturnType<typeof sweepDatabase> =>
  sweepDatabase(
    clickhouse,
    erasures,
    createMutations(() => undefined),
  )

const sum = (counts: Awaited<ReturnType<typeof countErased>>): number =>
  Object.values(counts).reduce((total, { named, rows }) => total + named + rows, 0)

test('the erased life goes, and others keep their rows without its name and its share of reasons', async () => {
  await insertLife(before)
  await insertEnd()
  await insert('identity_links', link(1, before), link(2, before, 'split'))
  const { clickhouse } = database
  expect(await linksLeft(clickhouse, [erasure])).toBe(1)
  const swept = await sweepOf(clickhouse, [erasure])
  expect(swept.unsettled).toEqual([])
  expect(swept.tables['events']).toEqual({ rows: 1, named: 1 })
  expect(await clickhouse.query('SELECT fragment_id, identifiers.id AS ids FROM events')).toEqual([
    { fragment_id: other, ids: [other] },
  ])
  expect(await clickhouse.query('SELECT kind, identifiers, blocked FROM identity_links')).toEqual([
    { kind: 'split', identifiers: [other], blocked: [''] },
  ])
  for (const table of ['segment_transitions', 'segment_memberships'])
    expect(await clickhouse.query(`SELECT profile_id, because FROM ${table}`)).toEqual([
      { profile_id: ofOther, because: '{}' },
    ])
  for (const table of [
    'profiles',
    'profile_history',
    'profile_identifiers',
    'consent_history',
    'identity_decisions',
  ])
    expect({ table, rows: await rowsOf(table) }).toEqual({ table, rows: 0 })
  expect(sum(await countErased(clickhouse, [erasure]))).toBe(0)
})

test('reasons of a joint time go when the history that tells of it has expired', async () => {
  const day = 86_400_000
  const reason = (profile_id: string, at: number, table = 'segment_transitions') =>
    insert(table, {
      profile_id,
      segment: 's',
      version: String(at),
      because: '{"orders":2}',
      ...(table === 'segment_transitions' ? { at: iso(at) } : { entered_at: iso(at) }),
    })
  const decided = (at: number, outcome: string, was: readonly string[], is: readonly string[]) =>
    insert('identity_decisions', {
      decision_id: String(at),
      at: iso(at),
      outcome,
      before: was,
      after: is,
    })
  const joint = erasedAt - 200 * day
  const parted = erasedAt - 150 * day
  const since = erasedAt - 140 * day
  const later = erasedAt - 10 * day
  const refused = birthProfileId(stranger)
  await decided(joint - 1, 'merge', [ofOther, ofErased], [ofOther])
  await decided(joint, 'refuse', [refused, ofErased], [ofErased, refused])
  await decided(parted, 'split', [ofOther], [ofOther, ofErased])
  for (const at of [joint, since, later]) await reason(ofOther, at)
  await reason(ofOther, joint, 'segment_memberships')
  await reason(refused, joint)
  const kept = { profile_id: ofOther, version: String(later), updated_at: iso(later) }
  await insert('profile_history', { ...kept, members: [other] })
  await insertEnd()
  const { clickhouse } = database
  await sweepOf(clickhouse, [erasure])
  expect(
    await clickhouse.query(
      'SELECT because FROM segment_transitions WHERE profile_id = {other:UUID} ORDER BY version',
      { other: ofOther },
    ),
  ).toEqual([{ because: '{}' }, { because: '{"orders":2}' }, { because: '{"orders":2}' }])
  expect(
    await clickhouse.query(
      `SELECT profile_id, because FROM segment_transitions WHERE version = {v:UInt64} ORDER BY because`,
      { v: joint },
    ),
  ).toEqual([
    { profile_id: refused, because: '{"orders":2}' },
    { profile_id: ofOther, because: '{}' },
  ])
  expect(await clickhouse.query('SELECT because FROM segment_memberships')).toEqual([
    { because: '{}' },
  ])
})

test('a life that began since stays whole', async () => {
  await insertLife(before)
  await insertEnd()
  await sweepOf(database.clickhouse, [erasure])
  await insertLife(after)
  await insert('identity_links', link(9, after))
  expect(sum(await countErased(database.clickhouse, [erasure]))).toBe(0)
  const { tables } = await sweepOf(database.clickhouse, [erasure])
  expect(sum(tables)).toBe(0)
  expect(await rowsOf('profile_history')).toBe(2)
})

test('it is told apart by its first word, however soon that comes after the erasure', async () => {
  await insertLife(before)
  await insertEnd()
  const soon = erasedAt + 300
  await insertLife(soon)
  const { tables, unsettled } = await sweepOf(database.clickhouse, [erasure])
  expect(unsettled).toEqual([])
  expect(tables['events']).toEqual({ rows: 1, named: 1 })
  expect(await rowsOf('consent_history')).toBe(1)
  expect(await rowsOf('identity_decisions')).toBe(1)
  expect(await rowsOf('profiles')).toBe(1)
})

test('a profile that still shows the erased life is left for the next sweep', async () => {
  await insertLife(before)
  const early = await sweepOf(database.clickhouse, [erasure])
  expect(early).toMatchObject({ unsettled: [erased], tables: {} })
  expect(await rowsOf('profiles')).toBe(1)
  await insertEnd()
  const late = await sweepOf(database.clickhouse, [erasure])
  expect(late.unsettled).toEqual([])
  expect(await rowsOf('profiles')).toBe(0)
})

test('rows that are only masked are found, and deleted', async () => {
  const { clickhouse } = database
  await insert('events', event(erased, before))
  await clickhouse.command('DELETE FROM events WHERE 1')
  expect((await countErased(clickhouse, [erasure]))['events']).toEqual({ rows: 1, named: 0 })
  await sweepOf(clickhouse, [erasure])
  expect(await rowsOf('events')).toBe(0)
})

test('a database whose tables are not made yet holds nothing', async () => {
  await using empty = await createTestDatabase({ migrated: false })
  const { clickhouse } = empty
  await clickhouse.command(`CREATE DATABASE ${clickhouse.database}`, { withoutDatabase: true })
  expect(await countErased(clickhouse, [erasure])).toEqual({})
  expect(await sweepOf(clickhouse, [erasure])).toMatchObject({ tables: {}, unsettled: [] })
})

test('more identifiers than one statement takes go all the same', async () => {
  const many = Array.from({ length: 45 }, (_, n): Erasure => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of a test are ids by decree
    const fragment = `email:${String(n).padStart(22, 'c')}` as FragmentId
    return { ...erasure, fragment, profile: birthProfileId(fragment) }
  })
  await insert('events', ...many.map(({ fragment }) => event(fragment, before)))
  const { tables } = await sweepOf(database.clickhouse, many)
  expect(tables['events']).toEqual({ rows: 45, named: 0 })
  expect(await rowsOf('events')).toBe(0)
})
