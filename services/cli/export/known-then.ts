import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import type { ExportColumns } from './export-columns.ts'
import { entitiesOf, givenToday, inSlice, type Slice, slicesOf, unknownRows } from './slice.ts'
import type { Staging } from './staging.ts'

/** Rows of the file at once. */
const rowsAtOnce = 2000

/**
 * A profile's row may name a member that its home has ended a moment ago. A life that ended is told from a later one only beyond this; within it nothing
 * is exported.
 */
const endMarginSeconds = 60

export interface KnownThen {
  readonly columns: ExportColumns
  readonly byProfile: boolean
  /** The history expires: what has not changed since is in the tables of the present. */
  readonly expires: boolean
  readonly rows: number
  readonly progress: (done: number, of: number) => void
}

/** Identity, values and segments of each row as the tables said at its time. */
export async function exportKnownThen(
  clickhouse: ClickHouse,
  staging: Staging,
  options: KnownThen,
): Promise<void> {
  for (const slice of slicesOf(options.rows, rowsAtOnce)) {
    await exportSlice(clickhouse, staging, options, slice)
    options.progress(slice.to, options.rows)
  }
}

async function exportSlice(
  clickhouse: ClickHouse,
  staging: Staging,
  options: KnownThen,
  { from, to }: Slice,
): Promise<void> {
  const params = { from, to }
  await clickhouse.command(whoThen(staging, options), { params })
  await clickhouse.command(valuesThen(staging, options), { params })
  await clickhouse.command(unknownRows(staging), { params })
}

const historyOf = (columns: string, where: string, expires: boolean): string =>
  ['profile_history', ...(expires ? ['profiles FINAL'] : [])]
    .map((table) => `SELECT ${columns} FROM ${table} WHERE ${where}`)
    .join(' UNION ALL ')

/** Which profile each identifier belonged to, and that profile's last row by then. */
function whoThen(staging: Staging, { byProfile, expires }: KnownThen): string {
  const asked = entitiesOf(staging, byProfile)
  const identifiers = ['profile_identifier_history', 'profile_identifiers FINAL']
    .map(
      (table) =>
        `SELECT fragment_id, profile_id, assigned_at, version, deleted FROM ${table}
         WHERE fragment_id IN (SELECT fragment_id FROM (${asked}))`,
    )
    .join(' UNION ALL ')
  const assigned = `SELECT e.row AS row, any(e.at) AS at, any(e.fragment_id) AS fragment_id,
      argMax(i.profile_id, i.version) AS profile_id, argMax(i.assigned_at, i.version) AS assigned_at
    FROM (${asked}) AS e INNER JOIN (${identifiers}) AS i ON i.fragment_id = e.fragment_id
    WHERE i.assigned_at <= e.at
    GROUP BY row
    HAVING argMax(i.deleted, i.version) = 0`
  const history = historyOf(
    'profile_id, version, updated_at, members, deleted',
    `profile_id IN (SELECT profile_id FROM (${assigned}))`,
    expires,
  )
  const last = `SELECT b.row AS row, max(h.version) AS version, argMax(h.updated_at, h.version) AS updated_at,
      argMax(h.members, h.version) AS members, argMax(h.deleted, h.version) AS deleted
    FROM (${assigned}) AS b INNER JOIN (${history}) AS h ON h.profile_id = b.profile_id
    WHERE h.updated_at <= b.at
    GROUP BY row`
  // Version 0: no row by then, or one that says that it is gone.
  return `INSERT INTO ${staging.people} (row, at, fragment_id, profile_id, version, updated_at, members)
    SELECT a.row, a.at, a.fragment_id, a.profile_id,
      if(l.deleted = 0, l.version, 0), if(l.deleted = 0 AND l.version > 0, l.updated_at, a.assigned_at), l.members
    FROM (${assigned}) AS a LEFT JOIN (${last}) AS l ON l.row = a.row`
}

function valuesThen(staging: Staging, { columns, expires }: KnownThen): string {
  const people = `SELECT * FROM ${staging.people} WHERE ${inSlice}`
  const names = columns.stored.map(({ name }) => quoteName(name))
  const listed = names.map((name) => `, ${name}`).join('')
  const selected = names.map((name) => `, h.${name} AS ${name}`).join('')
  const known = historyOf(
    `profile_id, version${listed}`,
    `(profile_id, version) IN (SELECT profile_id, version FROM (${people}))`,
    expires,
  )
  return `INSERT INTO ${staging.rows} (row, at, profile_id, updated_at, given, segments${listed})
    SELECT p.row, p.at, p.profile_id, if(p.version = 0, NULL, p.updated_at), c.given, s.segments${selected}
    FROM (${people}) AS p
    INNER JOIN (${consentNow(people)}) AS c ON c.row = p.row
    LEFT JOIN (${segmentsThen(people)}) AS s ON s.row = p.row
    LEFT JOIN (SELECT * FROM (${known}) LIMIT 1 BY profile_id, version) AS h ON h.profile_id = p.profile_id AND h.version = p.version`
}

/**
 * Purposes that are given today by everybody whose values are in the row: the profiles that the members of then belong to now. Nobody of whom a life
 * has ended since, erased or expired, is in it.
 */
function consentNow(people: string): string {
  const members = `SELECT row, updated_at, arrayJoin(arrayDistinct(arrayPushBack(members, fragment_id))) AS member FROM (${people})`
  const fragments = `SELECT member FROM (${members})`
  const now = `SELECT fragment_id, toNullable(profile_id) AS profile_id FROM profile_identifiers FINAL WHERE fragment_id IN (${fragments})`
  const ended = `SELECT fragment_id, max(assigned_at) AS ended_at FROM profile_identifier_history
    WHERE deleted = 1 AND fragment_id IN (${fragments}) GROUP BY fragment_id`
  const given = `SELECT profile_id, ${givenToday}
    FROM profiles FINAL WHERE profile_id IN (SELECT profile_id FROM (${now}))`
  return `SELECT m.row AS row, groupArrayIntersect(CAST(g.given, 'Array(String)')) AS given
    FROM (${members}) AS m
    LEFT JOIN (${now}) AS n ON n.fragment_id = m.member
    LEFT JOIN (${ended}) AS e ON e.fragment_id = m.member
    LEFT JOIN (${given}) AS g ON g.profile_id = n.profile_id
    GROUP BY row
    HAVING countIf(n.profile_id IS NULL OR e.ended_at >= m.updated_at - INTERVAL ${endMarginSeconds} SECOND) = 0`
}

/** By the transitions; a stay whose entry has expired is still in the memberships. */
function segmentsThen(people: string): string {
  const profiles = `SELECT profile_id FROM (${people}) WHERE version > 0`
  const told = `SELECT p.row AS row, t.segment AS segment
    FROM (${people}) AS p
    INNER JOIN (SELECT profile_id, segment, version, seq, at, to FROM segment_transitions WHERE profile_id IN (${profiles})) AS t
      ON t.profile_id = p.profile_id
    WHERE t.at <= p.at AND p.version > 0
    GROUP BY row, segment
    HAVING argMax(t.to, (t.version, t.seq)) = 'entered'`
  const stays = `SELECT p.row AS row, m.segment AS segment
    FROM (${people}) AS p
    INNER JOIN (SELECT profile_id, segment, member, entered_at, exited_at FROM segment_memberships FINAL WHERE profile_id IN (${profiles})) AS m
      ON m.profile_id = p.profile_id
    WHERE p.version > 0 AND m.entered_at <= p.at AND (m.member = 1 OR m.exited_at > p.at)`
  return `SELECT row, groupUniqArray(CAST(segment, 'String')) AS segments FROM (${told} UNION ALL ${stays}) GROUP BY row`
}
