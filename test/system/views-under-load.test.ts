import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createRowSink,
  migrateColumns,
  pointQuery,
  type RowBatch,
  type RowSink,
} from '#runtime/clickhouse/index.ts'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { feature } from '../support/clickhouse/definition.ts'
import {
  consentHistoryRow,
  deadLetterRow,
  eventRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

// Rows come in, version after version, some twice and some late; meanwhile parts are merged without a pause and every view is asked again and again.
// An answer is legal if it is one that a quiet table would have given at some moment between the question and the answer.

const people = Array.from({ length: 30 }, (_, n) => n + 1)
const versions = Array.from({ length: 14 }, (_, n) => n + 1)
const day = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString()
const asOfVersion = 9
/** Each version of a person: whether it is deleted, or not a member. */
const isGone = (n: number, version: number): boolean => (n + version) % 5 === 0
const fragment = (n: number): string => `email:${n}`

const rowsOf = (n: number, v: number): RowBatch => {
  const version = String(v)
  const deleted = isGone(n, v) ? 1 : 0
  const profile = profileRow({
    profile_id: profileId(n),
    version,
    deleted,
    updated_at: day(v),
    events: v,
    f_heat: v,
    f_heat_ref_time: day(v),
    f_heat_half_life_ms: 86_400_000,
  })
  const identifier = profileIdentifierRow({
    fragment_id: fragment(n),
    birth_profile_id: profileId(n),
    profile_id: profileId(1000 * v + n),
    assigned_at: day(v),
    version,
  })
  return {
    profiles: [profile],
    profile_history: [profile],
    profile_identifiers: [identifier],
    profile_identifier_history: [identifier],
    events:
      v === 1
        ? [eventRow({ fragment_id: fragment(n), event_id: `e${n}`, version: String(n) })]
        : [],
    segment_memberships: [
      segmentMembershipRow({ profile_id: profileId(n), version, member: deleted === 1 ? 0 : 1 }),
    ],
    segment_transitions: [segmentTransitionRow({ profile_id: profileId(n), version, at: day(v) })],
    consent_history: [
      consentHistoryRow({
        fragment_id: fragment(n),
        version,
        event_id: version,
        received_at: day(v),
      }),
    ],
    dead_letters: [deadLetterRow({ offset: n, version, attempt: v })],
  }
}

const all = (batches: readonly RowBatch[]): RowBatch => {
  const rows = tableNames.map((table) => {
    const ofTable: readonly object[] = batches.flatMap(
      (batch): readonly object[] => batch[table] ?? [],
    )
    return [table, ofTable]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- table by table what they had
  return Object.fromEntries(rows) as RowBatch
}

/** A question whose answer has rows of (person, version). */
interface Question {
  readonly sql: string
  /** Whether a quiet table that has seen versions up to `seen` shows this version of this person. */
  readonly shows: (n: number, version: number, seen: number) => boolean
}
const newest = (_: number, version: number, seen: number): boolean => version === seen
const visible = (n: number, version: number, seen: number): boolean =>
  version === seen && !isGone(n, version)
const every = (_: number, version: number, seen: number): boolean => version <= seen
const person = (column: string): string =>
  `toUInt32(substring(toString(${column}), 25)) % 1000 AS n`
const source = { features: [feature('heat', 'decayed_count')], traits: [] }
const keyFirst = pointQuery(source, 'profile', ['profile_id', 'events']).replace(
  '{profile_id:UUID}',
  `'${profileId(7)}'`,
)
/** The part of the look-up that finds the profile of an identifier. */
const belongs = (
  /IN (\([\s\S]*?\n {4}\))/.exec(pointQuery(source, 'identifier'))?.[1] ?? ''
).replace('{fragment_id:String}', `'${fragment(7)}'`)
const questions: Readonly<Record<string, Question>> = {
  profiles_now: {
    sql: `SELECT ${person('profile_id')}, events AS v FROM profiles_now`,
    shows: visible,
  },
  'one profile': {
    sql: `SELECT ${person('profile_id')}, p.events AS v FROM profiles_now AS p WHERE p.profile_id IN ('${profileId(7)}', '${profileId(8)}')`,
    shows: (n, version, seen) => (n === 7 || n === 8) && visible(n, version, seen),
  },
  'one profile, key first': {
    sql: `SELECT ${person('profile_id')}, events AS v FROM (${keyFirst})`,
    shows: (n, version, seen) => n === 7 && visible(n, version, seen),
  },
  'where an identifier belongs, key first': {
    sql: `WITH assumeNotNull(${belongs}) AS id SELECT ${person('id')}, intDiv(toUInt32(substring(toString(id), 25)), 1000) AS v WHERE id != toUUID('00000000-0000-0000-0000-000000000000')`,
    shows: (n, version, seen) => n === 7 && newest(n, version, seen),
  },
  profiles_at: {
    sql: `SELECT ${person('profile_id')}, events AS v FROM profiles_at(at = '${day(asOfVersion).slice(0, 10)} 00:00:00')`,
    shows: (n, version, seen) => visible(n, version, Math.min(seen, asOfVersion)),
  },
  identifiers_at: {
    sql: `SELECT ${person('birth_profile_id')}, dateDiff('day', toDate('2026-01-01'), assigned_at) AS v FROM identifiers_at(at = '${day(asOfVersion).slice(0, 10)} 00:00:00')`,
    shows: (n, version, seen) => newest(n, version, Math.min(seen, asOfVersion)),
  },
  profile_aliases: {
    sql: `SELECT ${person('alias_id')}, dateDiff('day', toDate('2026-01-01'), assigned_at) AS v FROM profile_aliases`,
    shows: newest,
  },
  events_now: {
    sql: `SELECT toUInt32(substring(event_id, 2)) AS n, intDiv(toUInt32(substring(toString(assumeNotNull(profile_id)), 25)), 1000) AS v FROM events_now WHERE profile_id IS NOT NULL`,
    shows: newest,
  },
  segment_members: {
    sql: `SELECT ${person('profile_id')}, version AS v FROM segment_members`,
    shows: visible,
  },
  segment_changes: {
    sql: `SELECT ${person('profile_id')}, version AS v FROM segment_changes`,
    shows: every,
  },
  consent_changes: {
    sql: `SELECT toUInt32(substring(fragment_id, 7)) AS n, toUInt32(event_id) AS v FROM consent_changes`,
    shows: every,
  },
  dead_letters_now: {
    sql: 'SELECT offset AS n, attempt AS v FROM dead_letters_now',
    shows: newest,
  },
}

/** Versions of each person that were stored when a question was asked, and that were at least under way when it was answered. */
interface Seen {
  readonly stored: readonly number[]
  readonly begun: readonly number[]
}

/** What of an answer no quiet table would have said; empty: nothing. */
function illegal(
  { shows }: Question,
  rows: readonly (readonly [number, number])[],
  { begun, stored }: Seen,
): readonly string[] {
  const said = Map.groupBy(rows, ([n]) => n)
  const strangers = [...said.keys()].filter((n) => !people.includes(n)).map((n) => `stranger ${n}`)
  return people
    .flatMap((n) => {
      const answer = (said.get(n) ?? []).map(([, v]) => v).toSorted((a, b) => a - b)
      for (let seen = stored[n] ?? 0; seen <= (begun[n] ?? 0); seen += 1) {
        const quiet = versions.filter((v) => v <= seen && shows(n, v, seen))
        if (quiet.join() === answer.join()) return []
      }
      return [`person ${n}: [${answer.join()}] between ${stored[n]} and ${begun[n]}`]
    })
    .concat(strangers)
}

let database: TestDatabase
let sink: RowSink

beforeAll(async () => {
  database = await createTestDatabase()
  sink = createRowSink(database.clickhouse)
  await migrateColumns(database.clickhouse, source)
})
afterAll(async () => {
  await sink.close()
  await database.drop()
})

async function ask({ sql }: Question): Promise<readonly (readonly [number, number])[]> {
  const rows = await database.clickhouse.query<{ n: string | number; v: string | number }>(sql)
  return rows.map(({ n, v }) => [Number(n), Number(v)] as const)
}

const sizes = async (): Promise<readonly object[]> =>
  database.clickhouse.query('SELECT segment, size, size_below FROM segment_sizes')

test('while rows come in and parts merge, every answer is one that a quiet table would have given', async () => {
  const stored: number[] = []
  const begun: number[] = []
  const work = { isWriting: true }
  const write = async (): Promise<void> => {
    for (const v of versions) {
      // Half of the people, then the others: flushes of two partitions.
      for (const half of [0, 1]) {
        const some = people.filter((n) => n % 2 === half)
        for (const n of some) begun[n] = v
        // What a crash repeats comes along: the version before, once more.
        const again = some.flatMap((n) => (v > 1 && n % 3 === 0 ? [rowsOf(n, v - 1)] : []))
        await sink.insert(all([...some.map((n) => rowsOf(n, v)), ...again]))
        for (const n of some) stored[n] = v
      }
    }
    work.isWriting = false
  }
  const merge = async (): Promise<void> => {
    while (work.isWriting)
      for (const table of tableNames)
        await database.clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`)
  }
  const wrong: string[] = []
  let answers = 0
  const read = async (): Promise<void> => {
    while (work.isWriting)
      for (const [view, question] of Object.entries(questions)) {
        const before = [...stored]
        const rows = await ask(question)
        wrong.push(
          ...illegal(question, rows, { stored: before, begun }).map((what) => `${view}: ${what}`),
        )
        answers += 1
      }
  }
  await Promise.all([write(), merge(), read(), read()])
  expect(wrong).toEqual([])
  expect(answers).toBeGreaterThan(20)
})

const answersNow = async (): Promise<readonly unknown[]> =>
  Promise.all(
    Object.values(questions).map(async (question) =>
      (await ask(question)).toSorted(([a, x], [b, y]) => a - b || x - y),
    ),
  )

test('afterwards, after a merge and after a replay of everything in any order, they answer the same', async () => {
  const last = versions.at(-1) ?? 0
  const now = people.map(() => last)
  const seen = { stored: [0, ...now], begun: [0, ...now] }
  const wrong = async (): Promise<readonly string[]> =>
    (
      await Promise.all(
        Object.entries(questions).map(async ([view, question]) =>
          illegal(question, await ask(question), seen).map((what) => `${view}: ${what}`),
        ),
      )
    ).flat()
  expect(await wrong()).toEqual([])
  const before = [await answersNow(), await sizes()]
  const members = people.filter((n) => !isGone(n, last)).length
  expect(before[1]).toEqual([{ segment: 'engaged', size: String(members), size_below: null }])
  for (const step of ['replay', 'merge'] as const) {
    if (step === 'merge')
      for (const table of tableNames)
        await database.clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`)
    else
      for (const v of versions.toReversed()) await sink.insert(all(people.map((n) => rowsOf(n, v))))
    expect(await wrong()).toEqual([])
    expect([await answersNow(), await sizes()]).toEqual(before)
  }
})
