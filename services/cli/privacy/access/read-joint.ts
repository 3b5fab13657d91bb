import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { AccessView } from './access-view.ts'
import { until } from './until.ts'

export interface Whose {
  readonly fragments: readonly string[]
  /** All ids that the person's identifiers ever gave a profile. */
  readonly profiles: readonly string[]
  /** null: now. */
  readonly at: Date | null
}

/** Members that the person's profiles had and that are somebody else by now; of nobody's any more nobody is told. */
const strangers = `SELECT groupArray(fragment_id) FROM profile_identifiers FINAL
  WHERE fragment_id NOT IN {fragments:Array(String)}
    AND fragment_id IN (SELECT arrayJoin(members) FROM profile_history WHERE profile_id IN {profiles:Array(UUID)})`

const ofThePerson = 'profile_id IN {profiles:Array(UUID)}'
const texts = 'arrayMap(p -> toString(p), {profiles:Array(UUID)})'

/** When each of the person's profiles was last parted from somebody who is not the person; an hour later the owners have heard of it. */
const partings = `SELECT toUUID(q) AS profile_id, max(d.at) + INTERVAL 1 HOUR AS by
  FROM identity_decisions AS d ARRAY JOIN d.before AS q
  WHERE has(${texts}, q) AND length(d.after) > length(d.before) AND NOT hasAll(${texts}, d.after)
  GROUP BY profile_id`

/**
 * Of entries and exits `c`: decided when somebody else counted as the same, so that their reasons are of both. Where the state that would say so has expired, by when
 * the two were parted.
 */
export const isJoint = `(c.profile_id, c.version) IN (
    SELECT profile_id, version FROM profile_history WHERE ${ofThePerson} AND hasAny(members, (${strangers}))
  ) OR (
    (c.profile_id, c.version) NOT IN (SELECT profile_id, version FROM profile_history WHERE ${ofThePerson})
    AND c.at <= ifNull((SELECT maxMap(map(toString(profile_id), by)) FROM (${partings}))[toString(c.profile_id)], toDateTime64(0, 3, 'UTC'))
  )`

/** Rows of others' profiles, of when the person counted as one of them. */
const rowsOfOthers = (at: Date | null): string => `FROM profile_history FINAL
  WHERE profile_id NOT IN {profiles:Array(UUID)} AND hasAny(members, {fragments:Array(String)})${until('updated_at', at)}`

/** What was written under profiles of others while identifiers of the person counted as theirs. It is counted: it is about them, too. */
export async function readNamedInOthers(
  clickhouse: ClickHouse,
  { fragments, profiles, at }: Whose,
): Promise<AccessView['named_in_others']> {
  const others = rowsOfOthers(at)
  const [row] = await clickhouse.query<{ readonly states: string; readonly turns: string }>(
    `SELECT (SELECT count() ${others}) AS states,
       (SELECT count() FROM segment_changes
        WHERE (profile_id, version) IN (SELECT profile_id, version ${others})${until('at', at)}) AS turns`,
    { fragments, profiles, at },
  )
  return { profile_history: Number(row?.states ?? 0), segment_history: Number(row?.turns ?? 0) }
}
