import { type ClickHouse, quoteName, quoteText } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { featureColumns, traitColumns } from '#schemas/clickhouse/columns.ts'

export interface Load {
  readonly profiles: number
  /** Rows that each profile has in each table, of which the newest counts. */
  readonly versions: number
}

/** Of the people, so many in a hundred are in each segment. */
const segmentShares: Readonly<Record<string, number>> = {
  awareness: 62,
  browsing: 31,
  engaged: 22,
  intent: 12,
  buyers: 8,
  loyal: 4,
  lapsed: 17,
  about_to_leave: 1,
}
export const identifierTypes = ['user_id', 'email', 'anonymous_id'] as const

/** Profiles of one insert: several parts per table and version, as flushes leave them. */
const profilesPerInsert = 125_000

/** Names that the bench can compute, spread over the whole range as hashes are. */
export const fragmentId = (type: string, n: string): string =>
  `concat(${quoteText(`${type}:`)}, substring(base64URLEncode(toString(MD5(concat(${quoteText(type)}, toString(${n}))))), 1, 22))`
export const birthIdOf = (type: string, n: string): string =>
  `reinterpretAsUUID(MD5(concat(${quoteText(`born ${type}`)}, toString(${n}))))`
/** A profile is called after its login. */
const profileId = (n: string): string => birthIdOf('user_id', n)

const seenAt = (n: string, version: number): string =>
  `toDateTime64('2026-03-01 00:00:00', 3, 'UTC') - INTERVAL (${n} * 7919) % 7776000 SECOND + INTERVAL ${version} MINUTE`

/** Something for every type of column, another from version to version. */
function valueOf(type: string, n: string, version: number): string {
  const number = `(${n} * 31 + ${version}) % 1000`
  if (type.includes('key String, weight Float64'))
    return `CAST([(concat('category ', toString(${number} % 40)), toFloat64(${number} + 1)), (concat('category ', toString(${number} % 40 + 1)), 0.5)], ${quoteText(type)})`
  if (type.startsWith('Array(')) return `CAST([], ${quoteText(type)})`
  if (type.includes('DateTime64')) return seenAt(n, version)
  if (type.includes('Bool')) return `${number} % 2 = 0`
  if (type.includes('String')) return `concat('value ', toString(${number} % 50))`
  return `CAST(${number}, ${quoteText(type)})`
}

/** Rows as the services write them, version after version, into parts that are not merged. */
export async function load(
  clickhouse: ClickHouse,
  definition: CompiledDefinition,
  { profiles, versions }: Load,
  say: (text: string) => void,
): Promise<void> {
  const generated = [
    ...definition.features.flatMap(featureColumns),
    ...definition.traits.flatMap(traitColumns),
  ]
  for (let version = 1; version <= versions; version += 1) {
    for (let from = 0; from < profiles; from += profilesPerInsert) {
      const numbers = `numbers(${from}, ${Math.min(profilesPerInsert, profiles - from)})`
      const rowVersion = `bitShiftLeft(toUInt64(number + ${version * profiles}), 16)`
      const members = identifierTypes.map((type) => fragmentId(type, 'number'))
      const insert = async (table: string, columns: string, select: string): Promise<void> =>
        clickhouse.command(`INSERT INTO ${table} (${columns}) SELECT ${select}`)
      await insert(
        'profiles',
        `profile_id, version, deleted, updated_at, first_seen, last_seen, events, members, definition, consent, trait_provenance, ${generated.map(({ name }) => quoteName(name)).join(', ')}`,
        `${profileId('number')}, ${rowVersion}, 0, ${seenAt('number', version)}, ${seenAt('number', 0)}, ${seenAt('number', version)}, ${version * 7}, [${members.join(', ')}], 0,
         map('service', 'basis', 'analytics', 'basis', 'personalisation', 'given', 'email_marketing', if(number % 3 = 0, 'given', 'denied')), map(),
         ${generated.map(({ type }) => valueOf(type, 'number', version)).join(', ')} FROM ${numbers}`,
      )
      for (const type of identifierTypes)
        await insert(
          'profile_identifiers',
          'fragment_id, identifier_type, birth_profile_id, profile_id, assigned_at, version, deleted',
          // Each was somebody of its own first.
          `${fragmentId(type, 'number')}, ${quoteText(type)}, ${birthIdOf(type, 'number')}, ${version === 1 ? birthIdOf(type, 'number') : profileId('number')},
           ${seenAt('number', version)}, ${rowVersion}, 0 FROM ${numbers}`,
        )
      await insert(
        'segment_memberships',
        'profile_id, segment, version, member, entered_at, exited_at, rule_version, rule_hash, because, next_change_at',
        // Of those that are or were in it; every fifth of them leaves with the last version.
        `${profileId('number')}, s.1, ${rowVersion}, ${version === versions ? `(number + s.2) % 5 != 0` : '1'} AS member, ${seenAt('number', 1)},
         if(member = 1, NULL, ${seenAt('number', version)}), 0, 'r1', '{"email_engagement":2.5}', NULL
         FROM ${numbers} ARRAY JOIN [${Object.entries(segmentShares)
           .map(([name, share]) => `(${quoteText(name)}, ${share})`)
           .join(', ')}] AS s
         WHERE cityHash64(number, s.1) % 100 < s.2`,
      )
    }
    say(`version ${version} of ${profiles} profiles is there`)
  }
}
