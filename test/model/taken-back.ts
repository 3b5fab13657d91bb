import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { finalIdentity, survivors } from './final-identity.ts'
import type { Outside } from './history.ts'
import { differences } from './parted.ts'
import { birthOf, homeIn } from './people.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import { brokerNow, type World } from './world.ts'

/** A merge of two people that an operator took back, and what the world was like before it. */
export interface TakenBack {
  readonly survivors: ReadonlyMap<FragmentId, FragmentId>
  readonly rows: ReadonlyMap<string, ProfileRow>
  /** `profile is in segment`, of rules without memory. */
  readonly members: ReadonlySet<string>
  /** Lives that had expired by then. */
  readonly expired: number
  /** The split was lifted again: then they are merged. */
  readonly lifted: boolean
}

interface FreshPair {
  /** Two of different profiles, and everybody in the second one's. */
  readonly pair: readonly FragmentId[]
  readonly side: readonly FragmentId[]
  /** On paper a lifted split brings them together: nothing that operators said before stands against it. */
  readonly canBeLifted: boolean
}

/** Two people, such that a split of the second takes their merge back. null: there are none. */
function freshPair(world: World): FreshPair | null {
  const before = survivors(world, finalIdentity(world))
  for (const a of world.random.shuffled(world.identifiers))
    for (const b of world.random.shuffled(world.identifiers)) {
      if (before.get(a) === before.get(b)) continue
      const side = world.identifiers.filter((id) => before.get(id) === before.get(b))
      const pair = onPaper(world, [a, b], side, before)
      if (pair !== null) return pair
    }
  return null
}

/** null: a side that only the other one held together, since an operator parted them before, would come apart. */
function onPaper(
  world: World,
  pair: readonly FragmentId[],
  side: readonly FragmentId[],
  before: TakenBack['survivors'],
): FreshPair | null {
  const identity = finalIdentity(world)
  const say = (action: 'merge' | 'split' | 'unsplit', fragments: readonly FragmentId[]): void => {
    const said = { kind: 'command', at: epochMs(brokerNow(world)), by: 'op', reason: '' } as const
    identity.fold({ ...said, commandId: `trial ${action}`, action, fragments })
  }
  const areOne = (): boolean => identity.of(pair[0] ?? '') === identity.of(pair[1] ?? '')
  say('merge', pair)
  if (!areOne()) return null
  say('split', side)
  const after = survivors(world, identity)
  if (world.identifiers.some((id) => after.get(id) !== before.get(id))) return null
  say('unsplit', side)
  return { pair, side, canBeLifted: areOne() }
}

/**
 * Merges two people, splits them again, perhaps lifts that, each while what came before it may still be on its way: `pass` lets some
 * time go by.
 */
export async function mergeAndTakeBack(
  world: World,
  outside: Outside,
  pass: () => Promise<void>,
): Promise<TakenBack | null> {
  const fresh = freshPair(world)
  if (fresh === null) return null
  const before = stateNow(world)
  outside.say('merge', fresh.pair)
  await pass()
  outside.say('split', fresh.side)
  await pass()
  const lifted = fresh.canBeLifted && world.random.chance(0.3)
  if (lifted) outside.say('unsplit', fresh.side)
  return { ...before, lifted }
}

const stateNow = (world: World): Omit<TakenBack, 'lifted'> => ({
  survivors: survivors(world, finalIdentity(world)),
  rows: new Map(world.tables.final('profiles').map((row) => [row.profile_id, row])),
  members: membersNow(world),
  expired: world.broker.records(world.profiles.writes.expiries, 0).length,
})

const membersNow = (world: World): ReadonlySet<string> =>
  new Set(
    world.tables
      .final('segment_memberships')
      // `sticky` has memory, `warm` fades while time goes by: the oracle holds it to the time at the end.
      .filter(({ segment, member }) => member === 1 && segment === 'regular')
      .map(({ profile_id, segment }) => `${profile_id} is in ${segment}`),
  )

/** Everything is as it was before the merge: who is who, what they did, which segments they are in. Lifted, it is not. */
export function checkTakenBack(
  world: World,
  states: readonly MemoryContents[],
  { lifted, ...before }: TakenBack,
): string[] {
  const now = stateNow(world)
  // Whoever ends in between is not as before.
  if (now.expired > before.expired) return []
  const isEqual = world.identifiers.every(
    (id) => now.survivors.get(id) === before.survivors.get(id),
  )
  if (lifted) return isEqual ? ['what was lifted is not merged again'] : []
  if (!isEqual) return ['who is who is not as if it had never been merged']
  const wrong = world.identifiers.flatMap((fragment) => {
    const id = birthOf(fragment)
    const clock = states[homeIn(world, fragment)]?.meta.clock ?? 0
    return differences(before.rows.get(id), now.rows.get(id), clock).map(
      (what) => `${fragment}: ${what}`,
    )
  })
  for (const what of before.members.symmetricDifference(now.members))
    wrong.push(`${what} before the merge or after it, and not both`)
  return wrong
}
