import type { SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { birthOf, homeIn } from '../people.ts'
import { linksOf, type World } from '../world.ts'
import type { FinishedRebuild } from './drive.ts'

/**
 * What happened to a profile that is one fragment comes out at the same times as it did: the transitions that the old generation knows are
 * those that the new one begins with. Only where the same rules were in force all the time, no clock was wrong, and no old partition was
 * so late that its events came after younger ones.
 */
export function checkTimes({
  world,
  old,
  scenario,
  clocksRight,
  fedLate,
  states,
}: FinishedRebuild): string[] {
  if (old.deployed > 1 || scenario.definition > 1 || !clocksRight || fedLate) return []
  return world.identifiers.flatMap((fragment) => {
    // A life that expired is not computed again.
    const ended = states[homeIn(world, fragment)]?.fragments.get(fragment)?.expiredAt ?? -1
    if (ended >= 0) return []
    if (!isAlone(world, fragment) || !isAlone(old, fragment)) return []
    const before = transitionsOf(old, fragment)
    const after = transitionsOf(world, fragment).slice(0, before.length)
    return before.join() === after.join()
      ? []
      : [`${fragment}: ${before.join(' ')} came out as ${after.join(' ')}`]
  })
}

/** No record ever named it together with another, and no command did at all. */
const isAlone = (world: World, fragment: FragmentId): boolean =>
  !linksOf(world).some(
    ({ record }) =>
      (record.kind === 'link' && record.identifiers.some(({ id }) => id === fragment)) ||
      (record.kind === 'command' && record.fragments.includes(fragment)),
  )

const transitionsOf = ({ tables }: World, fragment: FragmentId): readonly string[] =>
  tables
    .final('segment_transitions')
    .filter(({ profile_id }) => profile_id === birthOf(fragment))
    .toSorted(byVersion)
    .map(({ segment, to, at, cause }) => `${segment} ${to} ${at} ${cause}`)

const byVersion = (a: SegmentTransitionRow, b: SegmentTransitionRow): number =>
  Number(BigInt(a.version) - BigInt(b.version)) || a.seq - b.seq
