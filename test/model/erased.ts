/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import type { FragmentId } from '#runtime/event/ids.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { eventKeyOf } from '#runtime/pseudonym/pseudonym.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import { sourceName } from './definitions.ts'
import { finalIdentity, survivors } from './final-identity.ts'
import type { Outside } from './history.ts'
import { linkerAt } from './identity-host.ts'
import { rankedIn, type Truth } from './oracle.ts'
import { birthOf, homeIn, isAnonymous } from './people.ts'
import { linksOf, type World } from './world.ts'

/** Somebody who was erased on purpose at the end. */
export interface Ended {
  /** Every identifier of that person. */
  readonly person: readonly FragmentId[]
  /** Everybody else, and when their lives had ended until then. */
  readonly others: ReadonlyMap<FragmentId, number>
}

const endOf = (world: World, id: FragmentId): number =>
  linkerAt(world).state.node(id)?.erasedAt ?? -1

/**
 * Erases one of two people who were just merged, and with that one both; or one half of what was merged and split again. Records that came
 * before are still unread when it is said, more come after it, and processes die meanwhile: `pass` lets some time go by.
 */
export async function eraseOne(
  world: World,
  outside: Outside,
  pass: () => Promise<void>,
): Promise<Ended | null> {
  const before = survivors(world, finalIdentity(world))
  const [a, b] = pairOf(world, before)
  if (a === undefined || b === undefined) return null
  const side = world.identifiers.filter((id) => before.get(id) === before.get(b))
  outside.say('merge', [a, b])
  await pass()
  const isHalf = world.random.chance(0.5)
  if (isHalf) {
    outside.say('split', side)
    await pass()
  }
  for (let n = 0; n < 3; n++) outside.produce()
  const ends = new Map(world.identifiers.map((id) => [id, endOf(world, id)]))
  const erased = outside.erase(b)
  for (let n = 0; n < 3; n++) outside.produce()
  await pass()
  outside.produce()
  return {
    person: erased,
    others: new Map([...ends].filter(([id]) => !erased.includes(id))),
  }
}

function pairOf(world: World, before: ReadonlyMap<FragmentId, FragmentId>): readonly FragmentId[] {
  for (const a of world.random.shuffled(world.identifiers))
    for (const b of world.random.shuffled(world.identifiers))
      if (before.get(a) !== before.get(b)) return [a, b]
  return []
}

/** The whole person has ended, and nobody else: a split that came before parts the one from the other. */
export function checkEnded(world: World, { others, person }: Ended): string[] {
  const wrong = person.flatMap((id) => (endOf(world, id) < 0 ? [`${id} was not erased`] : []))
  for (const [id, before] of others)
    if (endOf(world, id) !== before && !isAnonymous(id))
      wrong.push(`${id} was erased with somebody`)
  return wrong
}

/** Whoever was erased has left nothing: neither in a state, nor in a view, nor as evidence; and what is stored of them a sweep finds. */
export function checkErased(
  world: World,
  states: readonly MemoryContents[],
  truth: Truth,
): string[] {
  const wrong: string[] = []
  const towns = new Map<string, FragmentId>()
  for (const { fragment, id, town } of deadEvents(world, states, truth)) {
    if (town !== null) towns.set(town, fragment)
    const state = states[homeIn(world, fragment)]
    const isKnown = state?.events.get(fragment)?.has(eventKeyOf(sourceName, id)) === true
    if (isKnown && truth.events.get(fragment)?.has(id) !== true)
      wrong.push(`${id} of an erased life is remembered`)
  }
  for (const state of states) {
    const contents = [
      ...[...state.fragments.values()].map(({ content }) => content),
      ...[...state.profiles.values()].flatMap(({ members }) => [...members.values()]),
    ]
    for (const { traits } of contents)
      for (const candidates of traits.values())
        for (const { value } of candidates)
          if (towns.has(String(value))) wrong.push(`${String(value)} lives on in a state`)
  }
  for (const row of world.tables.final('profiles'))
    if (row.deleted === 0 && towns.has(String(row['t_city'])))
      wrong.push(`${String(row['t_city'])} lives on in profiles`)
  for (const row of world.tables.final('profile_history')) {
    const of = towns.get(String(row['t_city']))
    if (of !== undefined && !row.members.includes(of) && row.profile_id !== birthOf(of))
      wrong.push(
        `no sweep finds the row ${row.version} of ${row.profile_id}: it names nobody erased`,
      )
  }
  return [...wrong, ...checkTombstones(world)]
}

/** Events of lives that were erased, and that no new life has seen again. */
function deadEvents(
  world: World,
  states: readonly MemoryContents[],
  truth: Truth,
): readonly { readonly fragment: FragmentId; readonly id: string; readonly town: string | null }[] {
  return world.raw.flatMap(({ at, events }) =>
    events.flatMap((event) => {
      const [fragment] = rankedIn(world, event.identifiers as readonly FragmentId[])
      if (fragment === undefined) return []
      const erasedAt = states[homeIn(world, fragment)]?.fragments.get(fragment)?.erasedAt ?? -1
      if (at > erasedAt || truth.events.get(fragment)?.has(event.id) === true) return []
      const town = event.traits?.['city']
      return [{ fragment, id: event.id, town: town === undefined ? null : String(town) }]
    }),
  )
}

/** Until when what was received of each identifier was erased: by a command, since silence alone leaves what it was told of others. */
function erasures(world: World): ReadonlyMap<FragmentId, number> {
  const ends = new Map<FragmentId, number>()
  const { linker, state } = linkerAt(world, 0)
  for (const entry of linksOf(world))
    for (const effect of linker.fold(entry))
      if (effect.kind === 'erase' && entry.record.kind === 'command')
        ends.set(effect.fragment, state.node(effect.fragment)?.erasedAt ?? -1)
  return ends
}

/** Evidence that was received before the end of one of its identifiers is asked to be removed, whenever it comes. */
function checkTombstones(world: World): string[] {
  const records = world.broker.records(world.identity.reads.links, 0)
  const gone = new Set(
    records.flatMap(({ key, value }) =>
      value === null && key !== null ? [Buffer.from(key).toString('hex')] : [],
    ),
  )
  const ends = erasures(world)
  return records.flatMap(({ key, value, offset }) => {
    const record = value === null ? null : decodeLinksRecord(value)
    if (record?.kind !== 'link' || key === null) return []
    const isOver = record.identifiers.some(({ id }) => record.receivedAt <= (ends.get(id) ?? -1))
    return isOver && !gone.has(Buffer.from(key).toString('hex'))
      ? [`the link at ${offset} is of an erased life and was never taken out`]
      : []
  })
}
