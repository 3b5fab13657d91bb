import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import { halfLives } from './definitions.ts'
import { decayed, near } from './oracle.ts'
import { birthOf, homeIn } from './people.ts'
import { refold, tablesOf } from './refold.ts'
import type { World } from './world.ts'

const identityKinds: ReadonlySet<string> = new Set(['assign', 'member', 'leave'])

/**
 * After everyone was split from everyone: profiles are those of a world in which nobody was ever merged, which is the same logs folded
 * without a word of the linker or of other homes.
 */
export function checkParted(world: World, states: readonly MemoryContents[]): string[] {
  const never = states.map((_, partition) =>
    refold(world, partition, ({ kind }) => !identityKinds.has(kind)),
  )
  const wrong: string[] = []
  const alone = tablesOf(never, (what) => wrong.push(what))
  const rowsBefore = new Map(alone.final('profiles').map((row) => [row.profile_id, row]))
  const rowsNow = new Map(world.tables.final('profiles').map((row) => [row.profile_id, row]))
  const members = (tables: typeof alone): ReadonlySet<string> =>
    new Set(
      tables
        .final('segment_memberships')
        // Where a rule has an exit, who is a member depends on the way that led there.
        .filter(({ segment, member }) => member === 1 && segment !== 'sticky')
        .map(({ profile_id, segment }) => `${profile_id} is in ${segment}`),
    )
  for (const fragment of world.identifiers) {
    const id = birthOf(fragment)
    const clock = states[homeIn(world, fragment)]?.meta.clock ?? 0
    for (const what of differences(rowsBefore.get(id), rowsNow.get(id), clock))
      wrong.push(`${fragment}: ${what}`)
  }
  for (const what of members(alone).symmetricDifference(members(world.tables)))
    wrong.push(`${what} in one of two worlds that should be equal`)
  return wrong
}

const isShown = (row: ProfileRow | undefined): row is ProfileRow =>
  row !== undefined && row.deleted === 0

export function differences(
  before: ProfileRow | undefined,
  now: ProfileRow | undefined,
  clock: number,
): string[] {
  if (!isShown(before) || !isShown(now))
    return isShown(before) === isShown(now) ? [] : ['a row in one of two worlds']
  const exact = ['events', 'members', 't_city', 'f_views', 'f_clicks'] as const
  return [
    ...exact.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name])),
    ...(['heat', 'spend'] as const).filter(
      (name) => !near(valueAt(before, name, clock), valueAt(now, name, clock)),
    ),
  ].map((name) => `${name} is not as if it had never been merged`)
}

function valueAt(row: ProfileRow, name: 'heat' | 'spend', at: number): number {
  const value = row[`f_${name}`]
  const since = row[`f_${name}_ref_time`]
  return typeof value === 'number' && typeof since === 'string'
    ? decayed(value, Date.parse(since), at, halfLives[name])
    : 0
}
