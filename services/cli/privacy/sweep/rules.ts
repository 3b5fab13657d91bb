import type { TableName } from '#schemas/clickhouse/rows.ts'

/** What an erasure takes from one table. Conditions read the lists of `paramsOf`. */
export interface TableRule {
  /** Rows that go; null: none go. */
  readonly goes: string | null
  /** Rows of others that stay and name the erased no more. */
  readonly scrub: { readonly where: string; readonly set: string } | null
}

const fragments = '{f:Array(String)}'
const profiles = '{p:Array(UUID)}'
const profileTexts = `arrayMap(p -> toString(p), ${profiles})`
const erasedAt = '{e:Array(Int64)}'
const ownUntil = '{o:Array(Int64)}'
const namedUntil = '{n:Array(Int64)}'
const closedAt = '{c:Array(UInt64)}'

const ms = (column: string): string => `toUnixTimestamp64Milli(${column})`
/** The value of one list beside a name in another. */
const beside = (list: string, names: string, name: string): string =>
  `${list}[indexOf(${names}, ${name})]`
/** One of the names, and no later than what stands beside it. */
const within = (names: string, name: string, time: string, until: string): string =>
  `(has(${names}, ${name}) AND ${time} <= ${beside(until, names, name)})`

const receivedBefore = (name: string): string =>
  within(fragments, name, ms('received_at'), erasedAt)
/** What the fragment itself was told of. */
const ownFragment = `fragment_id IN ${fragments} AND ${ms('received_at')} <= ${beside(erasedAt, fragments, 'fragment_id')}`
const ownProfile = (time: string): string =>
  `profile_id IN ${profiles} AND ${time} <= ${beside(ownUntil, profiles, 'profile_id')}`
const namedMember = `arrayExists(m -> ${within(fragments, 'm', ms('updated_at'), namedUntil)}, members)`
const eventIdentifier = receivedBefore('i.1')
const commandIdentifier = within(fragments, 'i', ms('at'), ownUntil)

/** Hot keys are told of when their minute is over. */
const windowBegins = '(toInt64(toUnixTimestamp(minute)) - 120) * 1000'

/** Whose rows are of the erased life and seen: the homes have not come to it yet. */
export const unsettledProfile = `(${ownProfile(ms('updated_at'))}) OR ${namedMember}`

/** Rows of other profiles that were joint with the erased: what they say of reasons is of both. */
export const jointHistory = `NOT profile_id IN ${profiles} AND ${namedMember}`

/** Decisions, one row for each profile `q` that is what came together or what came apart: of others, and the erased in it. What was refused joined nobody. */
export const partedFrom = `NOT has(${profileTexts}, q) AND arraySort(before) != arraySort(after)
  AND arrayExists(p -> ${within(profileTexts, 'p', ms('at'), ownUntil)}, arrayConcat(before, after))`

/**
 * Every table, so that none is forgotten: the compiler asks for a line when there is a new one. Dead letters are sealed: whose they are is
 * found by opening them.
 */
export const rules = {
  segment_memberships: {
    goes: ownProfile(`greatest(ifNull(${ms('entered_at')}, 0), ifNull(${ms('exited_at')}, 0))`),
    scrub: null,
  },
  segment_transitions: { goes: ownProfile(ms('at')), scrub: null },
  profiles: { goes: unsettledProfile, scrub: null },
  profile_history: { goes: unsettledProfile, scrub: null },
  events: {
    goes: ownFragment,
    scrub: {
      where: `arrayExists(i -> ${eventIdentifier}, identifiers)`,
      set: `identifiers = arrayFilter(i -> NOT ${eventIdentifier}, identifiers)`,
    },
  },
  consent_history: {
    goes: ownFragment,
    scrub: null,
  },
  profile_identifiers: {
    goes: `fragment_id IN ${fragments} AND version <= ${beside(closedAt, fragments, 'fragment_id')}`,
    scrub: null,
  },
  profile_identifier_history: {
    // Of others: when they were one person with the erased.
    goes: `fragment_id IN ${fragments} AND version <= ${beside(closedAt, fragments, 'fragment_id')} OR ${ownProfile(ms('assigned_at'))}`,
    scrub: null,
  },
  identity_decisions: {
    goes: `arrayExists(i -> ${commandIdentifier}, arrayConcat(identifiers, demoted))
      OR arrayExists(q -> ${within(profileTexts, 'q', ms('at'), ownUntil)}, arrayConcat(before, after))`,
    scrub: null,
  },
  identity_links: {
    goes: `kind = 'link' AND arrayExists(i -> ${receivedBefore('i')}, identifiers)`,
    // Operators' words stay in the log, and for those who are left.
    scrub: {
      where: `kind != 'link' AND arrayExists(i -> ${commandIdentifier}, identifiers)`,
      set: `identifiers = arrayFilter(i -> NOT ${commandIdentifier}, identifiers),
        blocked = arrayFilter((b, i) -> NOT ${commandIdentifier}, blocked, identifiers)`,
    },
  },
  pipeline_health: {
    goes: `(${within(fragments, 'key', windowBegins, namedUntil)} OR ${within(profileTexts, 'key', windowBegins, namedUntil)})`,
    scrub: null,
  },
  dead_letters: { goes: null, scrub: null },
  dead_letter_replays: { goes: null, scrub: null },
} as const satisfies Record<TableName, TableRule>

/** In the order of a sweep: what tells which rows belong together goes last. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
export const sweptTables = Object.keys(rules) as readonly TableName[]
