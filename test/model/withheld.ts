import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { type AskedPurpose } from './answers.ts'
import { refold } from './refold.ts'
import type { World } from './world.ts'

/** What may stand in a row only if its purpose is given. */
const columnsOf: Readonly<Record<AskedPurpose, readonly string[]>> = {
  ads: ['f_spend', 'f_spend_ref_time', 'f_spend_half_life_ms'],
  mail: ['t_city'],
}
/** Segments of the purpose, and those whose rule reads something of it. */
const segmentsOfAds: ReadonlySet<string> = new Set(['warm', 'spent'])

const isGiven = ({ consent }: ProfileRow, purpose: AskedPurpose): boolean =>
  consent[purpose] === 'given'

/**
 * No row that anybody ever wrote shows what its own consent withholds, nobody enters a segment by it or is in one, and no reason of a transition
 * tells it.
 */
export function checkWithheld(world: World): string[] {
  const { tables } = world
  const wrong: string[] = []
  for (const row of tables.final('profile_history'))
    for (const purpose of ['ads', 'mail'] as const) {
      if (row.deleted === 1 || isGiven(row, purpose)) continue
      for (const column of columnsOf[purpose])
        if ((row[column] ?? null) !== null)
          wrong.push(`${row.profile_id} shows ${column} at ${row.version} without ${purpose}`)
      if (purpose === 'mail' && 'city' in row.trait_provenance)
        wrong.push(`${row.profile_id} says where city is from at ${row.version} without mail`)
    }
  const told = toldAt(world)
  for (const { profile_id: id, segment, to, version, because, cause } of tables.final(
    'segment_transitions',
  )) {
    const rows = told(id, version)
    // What was due before the message came first, and saw what was given then; under another rule than before it is the definition's doing.
    const seen = cause === 'timer' || cause === 'define' ? rows : rows.slice(-1)
    if (seen.length === 0 || seen.some((row) => row.deleted === 1 || isGiven(row, 'ads'))) continue
    if (to === 'entered' && segmentsOfAds.has(segment))
      wrong.push(`${id} enters ${segment} at ${version} without ads`)
    if (tellsSpend(because)) wrong.push(`${id} is told spend at ${version} without ads: ${because}`)
  }
  const now = new Map(tables.final('profiles').map((row) => [row.profile_id, row]))
  for (const { profile_id: id, segment, member, because } of tables.final('segment_memberships')) {
    const row = now.get(id)
    if (row === undefined || row.deleted === 1 || isGiven(row, 'ads')) continue
    if (member === 1 && segmentsOfAds.has(segment)) wrong.push(`${id} is in ${segment} without ads`)
    if (tellsSpend(because)) wrong.push(`the reason of ${id} tells spend without ads`)
  }
  return wrong
}

const tellsSpend = (because: string): boolean => /"spend":[^n]/.test(because)

/** The last two rows of a profile up to a version, of those that it has when each message has a flush of its own. */
function toldAt(world: World): (profile: string, version: string) => readonly ProfileRow[] {
  const all = Array.from({ length: world.partitions }, (_, partition) =>
    refold(world, partition, () => true, 1),
  )
  const rows = Map.groupBy(
    all.flatMap((one) => one.rows).flatMap(({ profiles }) => profiles),
    (row) => row.profile_id,
  )
  return (profile, version) =>
    (rows.get(profile) ?? []).filter((row) => BigInt(row.version) <= BigInt(version)).slice(-2)
}
