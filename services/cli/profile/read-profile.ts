import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { pseudonymOf, typeOf } from '#runtime/event/ids.ts'
import { parsedJson } from '../shell/json.ts'
import type { IdentifierView, ProfileView, SegmentView } from './profile-view.ts'
import { readValues } from './read-values.ts'

interface BaseRow {
  readonly profile_id: string
  readonly version: string
  readonly definition: string
  readonly as_of: string
  readonly updated_at: string
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly events: string
  readonly members: readonly string[]
  readonly consent: Readonly<Record<string, string>>
}

interface SegmentRow {
  readonly segment: string
  readonly member: number
  readonly entered_at: string | null
  readonly exited_at: string | null
  readonly because: string
  readonly rule_version: string
  readonly next_change_at: string | null
}

interface IdentifierRow {
  readonly fragment_id: string
  readonly birth_profile_id: string | null
  readonly assigned_at: string | null
}

/** A profile as it is now (`at` null) or as it was known at a time; null: there is none. */
export async function readProfile(
  clickhouse: ClickHouse,
  profileId: string,
  at: Date | null,
): Promise<ProfileView | null> {
  const params = { id: profileId, at }
  const [shown] = await clickhouse.query<BaseRow>(at === null ? shownNow : shownAt, params)
  const stored = await storedRow(clickhouse, profileId, at)
  if (shown === undefined || stored === null) return null
  const segments = await clickhouse.query<SegmentRow>(
    at === null ? segmentsNow : segmentsAt,
    params,
  )
  const identifiers = await clickhouse.query<IdentifierRow>(
    at === null ? identifiersNow : identifiersOfMembers,
    { ...params, members: shown.members },
  )
  const values = readValues(new Map(Object.entries(shown)), new Map(Object.entries(stored)))
  const { as_of, consent, definition, events, first_seen, last_seen, updated_at, version } = shown
  return {
    profile_id: shown.profile_id,
    as_of,
    updated_at,
    version,
    definition,
    first_seen,
    last_seen,
    events,
    identifiers: identifiers.map(identifierView),
    aliases: aliasesOf(shown.profile_id, identifiers),
    consent,
    ...values,
    segments: Object.fromEntries(segments.map((row) => [row.segment, segmentView(row)])),
    next_change_at: segments
      .map(({ next_change_at }) => next_change_at)
      .reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null),
  }
}

/** Columns of `profiles` and `profile_history` that those of features and traits stand beside. */
export interface StoredRow {
  readonly profile_id: string
  readonly updated_at: string
  readonly deleted: number
  readonly events: string
  readonly members: readonly string[]
  readonly definition: string
  readonly [column: string]: unknown
}

const storedRow = async (
  clickhouse: ClickHouse,
  id: string,
  at: Date | null,
): Promise<StoredRow | null> => {
  if (at !== null) return storedRowAt(clickhouse, id, at)
  const [row] = await clickhouse.query<StoredRow>(storedNow, { id })
  return row ?? null
}

/**
 * The newest row that a profile had at a time, if that is still kept; `deleted` of one that takes it away. What has not changed since is in `profiles`, where the
 * history expires, too.
 */
export async function storedRowAt(
  clickhouse: ClickHouse,
  id: string,
  at: Date,
): Promise<StoredRow | null> {
  const [present] = await clickhouse.query<StoredRow>(presentBy, { id, at })
  if (present !== undefined) return present
  const [past] = await clickhouse.query<StoredRow>(pastBy, { id, at })
  return past ?? null
}

/** The profile that a fragment belongs (or belonged at a time) to. */
export async function profileOfFragment(
  clickhouse: ClickHouse,
  fragment: string,
  at: Date | null,
): Promise<string | null> {
  const [row] = await clickhouse.query<{ profile_id: string }>(
    at === null
      ? assignedNow('fragment_id = {fragment:String}')
      : `SELECT profile_id FROM identifiers_at(at = {at:DateTime64(3, 'UTC')}) WHERE fragment_id = {fragment:String}`,
    { fragment, at },
  )
  return row?.profile_id ?? null
}

/** What an id of any time means now, or meant at a time; an id that nobody was born with stays itself. */
export async function resolveAlias(
  clickhouse: ClickHouse,
  id: string,
  at: Date | null,
): Promise<string> {
  const [row] = await clickhouse.query<{ profile_id: string }>(
    at === null ? assignedNow('birth_profile_id = {id:UUID}') : bornAt,
    { id, at },
  )
  return row?.profile_id ?? id
}

const shownNow = 'SELECT * FROM profiles_now WHERE profile_id = {id:UUID}'
// The newest row, of which alone the columns are read: FINAL would read those of all.
const storedNow = `SELECT * FROM (
    SELECT * FROM profiles WHERE profile_id = {id:UUID} ORDER BY version DESC LIMIT 1
  ) WHERE deleted = 0`
/** All rows of an identifier have the same fragment and the same birth id, and the newest says where it belongs. */
const assignedNow = (condition: string): string =>
  `SELECT argMax(profile_id, version) AS profile_id FROM profile_identifiers WHERE ${condition}
  HAVING count() > 0 AND argMax(deleted, version) = 0`
const shownAt = `SELECT * FROM profiles_at(at = {at:DateTime64(3, 'UTC')}) WHERE profile_id = {id:UUID}`
const rowBy = (table: string): string => `SELECT * FROM ${table}
  WHERE profile_id = {id:UUID} AND updated_at <= {at:DateTime64(3, 'UTC')} ORDER BY version DESC LIMIT 1`
const presentBy = rowBy('profiles FINAL')
const pastBy = rowBy('profile_history')
/** As `identifiers_at` says it, of one id: the view sorts through everybody's. */
const bornAt = `SELECT argMax(profile_id, version) AS profile_id FROM (
    ${['profile_identifier_history', 'profile_identifiers FINAL']
      .map(
        (table) => `SELECT profile_id, version, deleted FROM ${table}
    WHERE birth_profile_id = {id:UUID} AND assigned_at <= {at:DateTime64(3, 'UTC')}`,
      )
      .join(' UNION ALL ')}
  ) HAVING count() > 0 AND argMax(deleted, version) = 0`
const segmentsNow = `SELECT segment, member, entered_at, exited_at, because, rule_version, next_change_at
  FROM segment_memberships FINAL WHERE profile_id = {id:UUID} ORDER BY segment`
// Memberships keep only the present; the past is told by the transitions.
const segmentsAt = `SELECT segment,
    argMax(to, (version, seq)) = 'entered' AS member,
    maxIfOrNull(at, to = 'entered') AS entered_at,
    maxIfOrNull(at, to = 'exited') AS exited_at,
    argMax(because, (version, seq)) AS because,
    argMax(rule_version, (version, seq)) AS rule_version,
    NULL AS next_change_at
  FROM segment_changes WHERE profile_id = {id:UUID} AND at <= {at:DateTime64(3, 'UTC')}
  GROUP BY segment ORDER BY segment`
const identifiersNow = `SELECT fragment_id, birth_profile_id, assigned_at
  FROM profile_identifiers FINAL WHERE profile_id = {id:UUID} ORDER BY identifier_type, fragment_id`
const identifiersOfMembers = `SELECT m.fragment_id AS fragment_id, toNullable(i.birth_profile_id) AS birth_profile_id, NULL AS assigned_at
  FROM (SELECT arrayJoin({members:Array(String)}) AS fragment_id) AS m
  LEFT JOIN (
    SELECT fragment_id, toNullable(birth_profile_id) AS birth_profile_id FROM profile_identifiers FINAL
    WHERE fragment_id IN {members:Array(String)}
  ) AS i ON i.fragment_id = m.fragment_id
  ORDER BY fragment_id`

const identifierView = ({
  assigned_at,
  birth_profile_id,
  fragment_id,
}: IdentifierRow): IdentifierView => ({
  type: typeOf(fragment_id),
  pseudonym: pseudonymOf(fragment_id),
  birth_profile_id,
  assigned_at,
})

function aliasesOf(profileId: string, identifiers: readonly IdentifierRow[]): readonly string[] {
  const births = identifiers.flatMap(({ birth_profile_id: birth }) =>
    birth === null ? [] : [birth],
  )
  return [...new Set(births)].filter((birth) => birth !== profileId).toSorted()
}

function segmentView(row: SegmentRow): SegmentView {
  return {
    member: Boolean(row.member),
    entered_at: row.entered_at,
    exited_at: row.exited_at,
    because: parsedJson(row.because),
    rule_version: row.rule_version,
    next_change_at: row.next_change_at,
  }
}
