/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import type { EventRow, ProfileRow, SegmentMembershipRow } from '#schemas/clickhouse/rows.ts'
import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { eventKeyOf } from '#runtime/pseudonym/pseudonym.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import type { TestEvent } from '../support/fold/events.ts'
import { type AskedPurpose, type StateOfPurpose, stateOfPurpose } from './answers.ts'
import { halfLives, models, priorityOf, sourceName } from './definitions.ts'
import { finalIdentity, survivors } from './final-identity.ts'
import { linkerAt } from './identity-host.ts'
import { birthOf, homeIn } from './people.ts'
import { linksOf, type World } from './world.ts'

export interface Truth {
  /** Per fragment, its events by id, once each. */
  readonly events: ReadonlyMap<FragmentId, ReadonlyMap<string, TestEvent>>
  readonly unattributed: ReadonlySet<string>
}

const fragmentState = (world: World, states: readonly MemoryContents[], fragment: FragmentId) =>
  states[homeIn(world, fragment)]?.fragments.get(fragment)

/**
 * Every delivery of every event, as if nothing had ever failed: once per id, unless received before the fragment's erasure. A channel also
 * drops an event when another of its identifiers was erased, if it has heard of that by then: such a one counts if its home has it.
 * So does one that came again after an erasure of what names it now, but did not then: the second delivery was none to its home of then.
 */
export function batchJob(world: World, states: readonly MemoryContents[]): Truth {
  const events = new Map<FragmentId, Map<string, TestEvent>>()
  const unattributed = new Set<string>()
  const erasedAt = (id: string): number =>
    fragmentState(world, states, id as FragmentId)?.erasedAt ?? -1
  const expiredAt = (id: string): number =>
    fragmentState(world, states, id as FragmentId)?.expiredAt ?? -1
  const isRenamed = world.priority.join() !== priorityOf(1).join()
  const first = new Map<string, number>()
  for (const { at, events: delivered } of world.raw)
    for (const event of delivered) {
      if (!first.has(event.id)) first.set(event.id, at)
      const [fragment, ...others] = rankedIn(world, event.identifiers as readonly FragmentId[])
      if (fragment === undefined) unattributed.add(event.id)
      else if (at > Math.max(erasedAt(fragment), expiredAt(fragment))) {
        const mayBeDropped =
          others.some((id) => erasedAt(id) >= at) ||
          (isRenamed && (first.get(event.id) ?? at) <= erasedAt(fragment)) ||
          // A rebuild knows when an event came first, not when it came again.
          (world.generation > 0 && (first.get(event.id) ?? at) <= expiredAt(fragment))
        if (mayBeDropped && !isRemembered(world, states, fragment, event.id)) continue
        const known = events.get(fragment) ?? new Map<string, TestEvent>()
        events.set(fragment, known.set(event.id, event))
      }
    }
  return { events, unattributed }
}

/** Best first, under the definition of this generation. */
export const rankedIn = (
  { priority }: Pick<World, 'priority'>,
  identifiers: readonly FragmentId[],
): readonly FragmentId[] => {
  const rankOf = (id: FragmentId): number => priority.indexOf(id.slice(0, id.indexOf(':')))
  return identifiers.toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
}

const isRemembered = (
  world: World,
  states: readonly MemoryContents[],
  fragment: FragmentId,
  id: string,
): boolean =>
  states[homeIn(world, fragment)]?.events.get(fragment)?.has(eventKeyOf(sourceName, id)) === true

/** `events` holds exactly the truth (rows from before an erasure aside, which a delete takes). */
export function checkEvents(world: World, truth: Truth): string[] {
  const wrong: string[] = []
  const rows = new Map<string, number>()
  for (const row of world.tables.final('events')) {
    const fragment = row.fragment_id as FragmentId
    const known =
      row.fragment_id === ''
        ? truth.unattributed.has(row.event_id)
        : truth.events.get(fragment)?.has(row.event_id) === true
    if (known)
      rows.set(`${fragment}/${row.event_id}`, (rows.get(`${fragment}/${row.event_id}`) ?? 0) + 1)
  }
  for (const id of truth.unattributed)
    if (rows.get(`/${id}`) !== 1) wrong.push(`unattributed ${id}: ${rows.get(`/${id}`) ?? 0} rows`)
  for (const [fragment, ids] of truth.events)
    for (const id of ids.keys())
      if (!rows.has(`${fragment}/${id}`)) wrong.push(`${fragment} lost ${id}`)
  return wrong
}

export function checkErasures(world: World, states: readonly MemoryContents[]): string[] {
  const wrong: string[] = []
  const { linker } = linkerAt(world, 0)
  for (const entry of linksOf(world))
    for (const effect of linker.fold(entry)) {
      const { record } = entry
      if (effect.kind !== 'erase' || record.kind !== 'command') continue
      const erasedAt = fragmentState(world, states, effect.fragment)?.erasedAt ?? -1
      if (erasedAt < record.at - clockErrorMs(world))
        wrong.push(`the erasure of ${effect.fragment} was forgotten`)
    }
  return wrong
}

/** How far brokers' clocks can lie apart at two times of one history: an erasure is dated by the log of its home, not by whoever wanted it. */
const clockErrorMs = ({ faults, generation }: World): number => {
  const error = faults.clock > 0 ? 180 * 60_000 : 0
  // What was erased within a day before counts as erased by the same wish, to a generation that was built.
  return generation > 0 ? Math.max(error, 86_400_000) : error
}

export const profileOf = (world: World) => {
  const known = survivors(world, finalIdentity(world))
  return (fragment: FragmentId): ProfileId => birthOf(known.get(fragment) ?? fragment)
}

export function checkAssignments(world: World, states: readonly MemoryContents[]): string[] {
  const assigned = profileOf(world)
  return world.identifiers.flatMap((fragment) => {
    const held = fragmentState(world, states, fragment)?.assigned ?? birthOf(fragment)
    return held === assigned(fragment) ? [] : [`${fragment} is assigned to ${held}`]
  })
}

interface Expected {
  events: number
  readonly members: string[]
  views: number
  clicks: number
  heat: number
  spend: number
  heatKnown: boolean
  city: { readonly value: string; readonly at: number; readonly key: string } | null
  readonly consent: Readonly<Record<AskedPurpose, StateOfPurpose>>
}

export const decayed = (amount: number, from: number, to: number, halfLifeMs: number): number =>
  amount * 2 ** (-(to - from) / halfLifeMs)

/** What a profile must be at `now`, from its members' events; each counts for the features of the definition that it met. */
function expectedProfile(
  truth: Truth,
  members: readonly FragmentId[],
  rowOf: RowOf,
  now: number,
): Expected {
  const all = members.flatMap((member) => [...(truth.events.get(member)?.values() ?? [])])
  const said = (purpose: AskedPurpose): StateOfPurpose => stateOfPurpose(purpose, all)
  const expected: Expected = {
    events: 0,
    members: [],
    views: 0,
    clicks: 0,
    heat: 0,
    spend: 0,
    heatKnown: false,
    city: null,
    consent: { ads: said('ads'), mail: said('mail') },
  }
  for (const fragment of members.toSorted()) {
    const events = truth.events.get(fragment)
    if (events === undefined || events.size === 0) continue
    expected.members.push(fragment)
    for (const event of events.values()) {
      const row = rowOf(fragment, event.id)
      const features = models.get(row?.definition ?? 0)?.features ?? []
      expected.events++
      if (event.type === 'email_clicked') {
        if (features.includes('clicks') && row?.machine === '') expected.clicks++
        continue
      }
      if (features.includes('views')) expected.views++
      if (features.includes('heat')) {
        expected.heat += decayed(1, event.at, now, halfLives.heat)
        expected.heatKnown = true
      }
      if (features.includes('spend'))
        expected.spend += decayed(
          Number(event.properties?.['quantity']),
          event.at,
          now,
          halfLives.spend,
        )
      const city = event.traits?.['city']
      if (city === undefined) continue
      const candidate = { value: String(city), at: event.at, key: eventKeyOf(sourceName, event.id) }
      const held = expected.city
      if (
        held === null ||
        candidate.at > held.at ||
        (candidate.at === held.at && candidate.key > held.key)
      )
        expected.city = candidate
    }
  }
  return expected
}

type RowOf = (fragment: FragmentId, id: string) => EventRow | undefined

/** Of an event that was erased and came again, the row of its second life. */
export function newestRows(world: World): RowOf {
  const latest = new Map<string, EventRow>()
  for (const row of world.tables.final('events')) {
    const key = `${row.fragment_id}/${row.event_id}`
    const known = latest.get(key)
    if (known === undefined || BigInt(row.version) > BigInt(known.version)) latest.set(key, row)
  }
  return (fragment, id) => latest.get(`${fragment}/${id}`)
}

export function checkProfiles(
  world: World,
  states: readonly MemoryContents[],
  truth: Truth,
): string[] {
  const assigned = profileOf(world)
  const rowOf = newestRows(world)
  const rows = new Map(world.tables.final('profiles').map((row) => [row.profile_id, row]))
  const memberships = world.tables.final('segment_memberships')
  return world.identifiers.flatMap((representative) => {
    const id = birthOf(representative)
    const home = states[homeIn(world, representative)]
    const members = world.identifiers.filter((fragment) => assigned(fragment) === id)
    // Before its newest event nothing grows again: a value is what it was at that event.
    const known = members.flatMap((member) => [...(truth.events.get(member)?.values() ?? [])])
    const now = known.reduce((last, { at }) => Math.max(last, at), home?.meta.clock ?? 0)
    const expected = expectedProfile(truth, members, rowOf, now)
    // Without the purpose it has no members, and a rule can't read what serves it.
    const ifAds = (threshold: number | null | undefined): number | null =>
      expected.consent.ads === 'given' ? (threshold ?? null) : null
    const own = memberships.filter((row) => row.profile_id === id)
    const definition = models.get(home?.meta.definition ?? 0)
    return [
      ...compareRow(rows.get(id), expected, now, definition?.features ?? []),
      ...compareSegment(own, 'regular', definition?.regular ?? null, expected.views, expected),
      ...compareSegment(own, 'warm', ifAds(definition?.warm), expected.heat, expected),
      ...compareSegment(own, 'spent', ifAds(definition?.spent), expected.spend, expected),
      ...(home?.profiles.has(id) === expected.events > 0 ? [] : ['the state differs']),
    ].map((what) => `${representative}: ${what}`)
  })
}

export const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

export function compareRow(
  row: ProfileRow | undefined,
  expected: Expected,
  now: number,
  features: readonly string[],
): string[] {
  const shown = row !== undefined && row.deleted === 0
  if (expected.events === 0) return shown ? ['a row of a profile that is no more'] : []
  if (!shown) return ['no row']
  const wrong: string[] = []
  const equal = (name: string, held: unknown, wanted: unknown): void => {
    if (JSON.stringify(held) !== JSON.stringify(wanted))
      wrong.push(`${name} is ${JSON.stringify(held)}, not ${JSON.stringify(wanted)}`)
  }
  equal('events', row.events, expected.events)
  equal('members', row.members, expected.members)
  equal('ads', row.consent['ads'], expected.consent.ads)
  equal('mail', row.consent['mail'], expected.consent.mail)
  const city = expected.consent.mail === 'given' ? (expected.city?.value ?? null) : null
  equal('city', row['t_city'] ?? null, city)
  if (features.includes('views')) equal('views', row['f_views'] ?? 0, expected.views)
  if (features.includes('clicks')) equal('clicks', row['f_clicks'] ?? 0, expected.clicks)
  for (const name of ['heat', 'spend'] as const) {
    if (!features.includes(name)) continue
    if (name === 'spend' && expected.consent.ads !== 'given') {
      equal(name, row['f_spend'] ?? null, null)
      continue
    }
    const atRef = row[`f_${name}`]
    const ref = row[`f_${name}_ref_time`]
    const held =
      typeof atRef === 'number' && typeof ref === 'string'
        ? decayed(atRef, Date.parse(ref), now, halfLives[name])
        : 0
    if (!near(held, expected[name])) wrong.push(`${name} is ${held}, not ${expected[name]}`)
  }
  return wrong
}

/** A segment without memory is its rule, at the clock of its owner, unless its value sits on the threshold. */
function compareSegment(
  memberships: readonly SegmentMembershipRow[],
  name: string,
  threshold: number | null,
  value: number,
  expected: Expected,
): string[] {
  const member = memberships.some((row) => row.segment === name && row.member === 1)
  if (threshold === null || expected.events === 0)
    return member ? [`${name}: a member of nothing`] : []
  if (Math.abs(value - threshold) < 1e-6 && name !== 'regular') return []
  return member === value >= threshold ? [] : [`${name}: member ${member} at ${value}`]
}

/**
 * Entries and exits of a profile and segment alternate, and the last one agrees with the membership. A generation that was built may have an exit without
 * an entry, by definition, once: of somebody who was a member in the one before.
 */
export function checkTransitions(world: World): string[] {
  const wrong: string[] = []
  const last = new Map<string, string>()
  const held = new Set<string>()
  const rows = world.tables
    .final('segment_transitions')
    .toSorted((a, b) => Number(BigInt(a.version) - BigInt(b.version)) || a.seq - b.seq)
  for (const { cause, profile_id, segment, to } of rows) {
    const key = `${profile_id}/${segment}`
    const wasHeld = world.generation > 0 && to === 'exited' && cause === 'define' && !held.has(key)
    if (wasHeld) held.add(key)
    if (!wasHeld && (last.get(key) ?? 'exited') === to) wrong.push(`${key}: ${to} twice`)
    last.set(key, to)
  }
  for (const { profile_id, segment, member } of world.tables.final('segment_memberships')) {
    const to = last.get(`${profile_id}/${segment}`) ?? 'exited'
    if ((member === 1) !== (to === 'entered'))
      wrong.push(`${profile_id}/${segment}: member ${member}, last ${to}`)
  }
  return wrong
}
