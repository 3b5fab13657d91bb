import { countNumeric, type NumericEdges } from '../../services/drift/core/bins/numeric-bins.ts'
import {
  countOf,
  type Snapshot,
  shareOf,
  snapshot,
} from '../../services/drift/core/store/snapshot.ts'
import type { SubjectKind } from '../../services/drift/core/watch/signal.ts'
import { actKinds } from '../world/acts.ts'
import { createRandom } from '../world/random.ts'
import { type Answers, countAnswers } from './answers.ts'
import type { Disturbance } from './disturbance.ts'
import { type FeatureOfAll, features } from './features.ts'
import type { Deed } from './people-days.ts'
import {
  linksPerDeed,
  machineKinds,
  mergesPerLink,
  property,
  propertySubject,
  type Source,
  sourceOf,
  sources,
  stages,
  typeSubject,
} from './shop.ts'

// What the service's queries would count of one day, subject by subject and named as they name it.

export const dayMs = 86_400_000
/** As of the end of a day, milliseconds. */
export const endOf = (day: number): number => (day + 1) * dayMs

export function measureFeatures(
  day: number,
  states: readonly FeatureOfAll[],
  edges: readonly NumericEdges[],
  { values: changed }: Disturbance,
): readonly Snapshot[] {
  return features.map(({ name }, place) => {
    const [state, frozen] = [states[place], edges[place]]
    if (state === undefined || frozen === undefined) throw new Error('a feature without edges')
    const counts =
      changed === undefined
        ? state.counts(frozen, day)
        : countFilled(frozen, changed(name, state.values(day)))
    return spread(day, 'feature', name, counts)
  })
}

/** What is no number is empty. */
function countFilled(edges: NumericEdges, values: Float64Array): readonly number[] {
  const filled = values.filter((value) => !Number.isNaN(value))
  return countNumeric(edges, filled, values.length - filled.length)
}

export function measureTraits(day: number, answers: Answers): readonly Snapshot[] {
  return [spread(day, 'trait', 'heard_of', countAnswers(answers))]
}

function spread(day: number, kind: SubjectKind, name: string, counts: readonly number[]): Snapshot {
  const rows = counts.reduce((sum, n) => sum + n, 0)
  return snapshot(endOf(day), { kind, name }, 'distribution', {
    edgesId: 'baseline',
    counts,
    rows,
    nulls: counts.at(-1) ?? 0,
  })
}

/**
 * Volumes, mixes, machines and silences.
 * @param lastAt When each source was last heard of before the day, milliseconds; brought up to its end.
 */
export function measureStream(
  day: number,
  deeds: readonly Deed[],
  lastAt: Map<Source, number>,
): readonly Snapshot[] {
  const at = endOf(day)
  const bySource = Map.groupBy(deeds, ({ kind }) => sourceOf(kind))
  return sources.flatMap((place) => {
    const own = bySource.get(place) ?? []
    const byKind = new Map(
      actKinds.filter((kind) => sourceOf(kind) === place).map((kind) => [kind, 0]),
    )
    for (const { kind } of own) byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
    const machines = own.filter(({ kind }) => machineKinds.has(kind)).length
    return [
      countOf(at, { kind: 'volume', name: place }, own.length),
      ...[...byKind].map(([kind, n]) =>
        shareOf(at, { kind: 'volume', name: typeSubject(kind) }, n, own.length),
      ),
      shareOf(at, { kind: 'machines', name: place }, machines, own.length),
      ...(place === sourceOf(property.kind) ? [nullRate(day, own)] : []),
      silence(day, place, own, lastAt),
    ]
  })
}

/** Of the deeds whose property is read, those without it. */
function nullRate(day: number, own: readonly Deed[]): Snapshot {
  const read = own.filter(({ kind }) => kind === property.kind)
  const bare = read.filter((deed) => deed.bare).length
  return shareOf(endOf(day), { kind: 'nulls', name: propertySubject }, bare, read.length)
}

/** How long records waited: next to nothing, unless somebody has them wait. */
export function measureLag(
  day: number,
  seed: number,
  { waits = 0 }: Disturbance,
): readonly Snapshot[] {
  const random = createRandom(seed, day, 0x6c61)
  return stages.map((name, place) => {
    // Whatever stands before the tables is waited for at the first of them.
    const delay = Math.floor(random.next() * 5000) + (place === 0 ? waits : 0)
    return snapshot(endOf(day), { kind: 'lag', name }, 'freshness', {
      counts: [endOf(day) - delay, delay],
    })
  })
}

/** The longest silence that is over, and when the source was last heard of. */
function silence(
  day: number,
  place: Source,
  own: readonly Deed[],
  lastAt: Map<Source, number>,
): Snapshot {
  const times = Float64Array.from(own, ({ at }) => at * dayMs).toSorted()
  let last = lastAt.get(place) ?? times[0] ?? day * dayMs
  let longest = 0
  for (const time of times) {
    longest = Math.max(longest, time - last)
    last = time
  }
  lastAt.set(place, last)
  return snapshot(endOf(day), { kind: 'freshness', name: place }, 'freshness', {
    counts: [last, longest],
    rows: own.length,
  })
}

export function measureIdentity(
  day: number,
  deeds: readonly Deed[],
  seed: number,
  { merges: times = 1 }: Disturbance,
): readonly Snapshot[] {
  const random = createRandom(seed, day, 0x6964)
  let [links, merges] = [0, 0]
  for (const { kind } of deeds) {
    if (sourceOf(kind) === 'email/sendgrid' || !random.chance(linksPerDeed)) continue
    links += 1
    if (random.chance(mergesPerLink * times)) merges += 1
  }
  return [shareOf(endOf(day), { kind: 'identity', name: 'links: merge' }, merges, links)]
}

/** Who is in a segment. */
export type Members = Uint8Array

export function measureSegment(
  day: number,
  name: string,
  before: Members | undefined,
  members: Members,
  rule: string,
): readonly Snapshot[] {
  let [size, entered, exited, stayed] = [0, 0, 0, 0]
  for (const [person, member] of members.entries()) {
    const was = before?.[person] ?? member
    size += member
    if (member > was) entered += 1
    if (member < was) exited += 1
    if (member > 0 && was > 0) stayed += 1
  }
  const at = endOf(day)
  return [
    countOf(at, { kind: 'segment', name }, size, rule),
    countOf(at, { kind: 'segment', name: `${name} entered` }, entered, rule),
    countOf(at, { kind: 'segment', name: `${name} exited` }, exited, rule),
    shareOf(at, { kind: 'segment', name: `${name} stayed` }, stayed, stayed + exited),
  ]
}
