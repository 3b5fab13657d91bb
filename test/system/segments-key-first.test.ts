import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertRows } from '#runtime/clickhouse/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import {
  profileId,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

// Conditions on the key are asked before versions and copies of a row are merged: no version may come to light that another one has replaced.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())

interface Version {
  readonly person: number
  readonly segment: string
  readonly version: number
}

const segments = ['buyers', 'engaged', 'lapsed']
const versions: fc.Arbitrary<Version> = fc.record({
  person: fc.integer({ min: 1, max: 3 }),
  segment: fc.constantFrom(...segments),
  version: fc.integer({ min: 1, max: 5 }),
})
/** Each insert is a part of its own, and may hold older versions than those before it, and rows that are there already. */
const inserts = fc.array(fc.array(versions, { minLength: 1 }), { minLength: 1, maxLength: 6 })

/** Rows of one key and version never differ, so that this follows from them. */
const isMember = ({ person, segment, version }: Version): boolean =>
  (person + segments.indexOf(segment) + version) % 3 !== 0
const day = (version: number): string => `2026-03-0${version}T00:00:00.000Z`

const membershipOf = (one: Version) =>
  segmentMembershipRow({
    profile_id: profileId(one.person),
    segment: one.segment,
    version: String(one.version),
    member: isMember(one) ? 1 : 0,
  })
const transitionOf = (one: Version) =>
  segmentTransitionRow({
    profile_id: profileId(one.person),
    segment: one.segment,
    version: String(one.version),
    at: day(one.version),
    to: isMember(one) ? 'entered' : 'exited',
  })

const nameOf = ({ person, segment, version }: Version): string =>
  `${profileId(person)} ${segment} ${version}`
const shown = `concat(toString(profile_id), ' ', segment, ' ', toString(version)) AS name`

/** Of each key the newest version, where that is a member. */
function membersOf(written: readonly Version[]): readonly Version[] {
  const newest = new Map<string, Version>()
  for (const one of written) {
    const key = `${one.person} ${one.segment}`
    if ((newest.get(key)?.version ?? 0) < one.version) newest.set(key, one)
  }
  return [...newest.values()].filter(isMember)
}

const changesOf = (written: readonly Version[]): readonly Version[] => [
  ...new Map(written.map((one) => [nameOf(one), one])).values(),
]

interface Condition {
  readonly sql: string
  readonly holds: (one: Version) => boolean
}

const conditions: readonly Condition[] = [
  { sql: `profile_id = '${profileId(2)}'`, holds: ({ person }) => person === 2 },
  { sql: `segment = 'engaged'`, holds: ({ segment }) => segment === 'engaged' },
  { sql: `segment IN ('engaged', 'lapsed')`, holds: ({ segment }) => segment !== 'buyers' },
  {
    sql: `profile_id = '${profileId(1)}' AND segment != 'engaged'`,
    holds: ({ person, segment }) => person === 1 && segment !== 'engaged',
  },
  {
    sql: `segment = 'buyers' AND version <= 3`,
    holds: ({ segment, version }) => segment === 'buyers' && version <= 3,
  },
  {
    sql: `segment = 'lapsed' OR version = 1`,
    holds: ({ segment, version }) => segment === 'lapsed' || version === 1,
  },
]

async function expectRows(
  from: string,
  where: string,
  expected: readonly Version[],
): Promise<void> {
  const rows = await database.clickhouse.query<{ name: string }>(
    `SELECT ${shown} FROM ${from} ${where}`,
  )
  expect({ from, where, names: rows.map(({ name }) => name).toSorted() }).toEqual({
    from,
    where,
    names: expected.map(nameOf).toSorted(),
  })
}

/** Looks at a table while none of its parts is merged, and again when all are. */
async function inBothStates(table: string, fill: () => Promise<void>, look: () => Promise<void>) {
  const { clickhouse } = database
  await clickhouse.command(`SYSTEM STOP MERGES ${table}`)
  await clickhouse.command(`TRUNCATE TABLE ${table}`)
  await fill()
  await look()
  await clickhouse.command(`SYSTEM START MERGES ${table}`)
  await clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`)
  await look()
}

test('the members that meet a condition are those of all members that do, in any state of the parts', async () => {
  await fc.assert(
    fc.asyncProperty(inserts, async (written) => {
      await inBothStates(
        'segment_memberships',
        async () => {
          for (const rows of written)
            await insertRows(database.clickhouse, 'segment_memberships', rows.map(membershipOf))
        },
        async () => {
          const members = membersOf(written.flat())
          for (const { holds, sql } of conditions)
            await expectRows('segment_members', `WHERE ${sql}`, members.filter(holds))
        },
      )
    }),
    { numRuns: 10 },
  )
})

const span = `at >= '2026-03-02 00:00:00' AND at < '2026-03-04 00:00:00'`
const inSpan = ({ version }: Version): boolean => version >= 2 && version < 4

test('so are entries and exits, and those of a span of time that the table is asked for', async () => {
  await fc.assert(
    fc.asyncProperty(inserts, async (written) => {
      await inBothStates(
        'segment_transitions',
        async () => {
          for (const rows of written)
            await insertRows(database.clickhouse, 'segment_transitions', rows.map(transitionOf))
        },
        async () => {
          const changes = changesOf(written.flat())
          for (const { holds, sql } of conditions)
            await expectRows('segment_changes', `WHERE ${sql}`, changes.filter(holds))
          for (const [from, keyword] of [
            ['segment_changes', 'WHERE'],
            ['segment_transitions FINAL', 'PREWHERE'],
          ] as const)
            await expectRows(from, `${keyword} ${span}`, changes.filter(inSpan))
        },
      )
    }),
    { numRuns: 10 },
  )
})

test('the key is asked first, and nothing else is', async () => {
  for (const [view, other] of [
    ['segment_members', 'entered_at'],
    ['segment_changes', 'at'],
  ] as const) {
    const plan = await database.clickhouse.query<{ explain: string }>(
      `EXPLAIN actions = 1 SELECT * FROM ${view} WHERE segment = 'engaged' AND ${other} >= '2026-03-01 00:00:00'`,
    )
    const first = plan.flatMap(
      ({ explain }) => /Prewhere filter column: (.*)/.exec(explain)?.[1] ?? [],
    )
    expect({ view, first }).toEqual({ view, first: [expect.stringContaining('segment')] })
    expect(first.join()).not.toMatch(new RegExp(`\\b(${other}|member)\\b`))
  }
})
