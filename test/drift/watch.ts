import { epochMs } from '#runtime/event/ids.ts'
import { type NumericEdges, numericEdges } from '../../services/drift/core/bins/numeric-bins.ts'
import { incidentsOf } from '../../services/drift/core/run/incidents.ts'
import { pastOf } from '../../services/drift/core/run/references.ts'
import { signalsOf } from '../../services/drift/core/run/signals.ts'
import { type Baseline, baselineDays } from '../../services/drift/core/store/baseline.ts'
import type { Snapshot } from '../../services/drift/core/store/snapshot.ts'
import type { Change } from '../../services/drift/core/watch/cause.ts'
import type { Course, KnownEpisode } from '../../services/drift/core/watch/episode.ts'
import { subjectKey, subjectOfKey } from '../../services/drift/core/watch/signal.ts'
import { runWindow, type WindowResult } from '../../services/drift/core/watch/window.ts'
import { type Answers, firstAnswers, nextAnswers } from './answers.ts'
import { type Disturbance, undisturbed } from './disturbance.ts'
import { createPeople, features, type People } from './features.ts'
import {
  dayMs,
  endOf,
  type Members,
  measureFeatures,
  measureIdentity,
  measureLag,
  measureSegment,
  measureStream,
  measureTraits,
} from './measure.ts'
import { createDays, type DayPlan, type Days } from './people-days.ts'
import { segments, type Source, upstreamOf } from './shop.ts'

/** A shop and who watches it: days go by, each is measured and judged as `drift run` would. */
export interface Watch {
  /** The next day, and what is made of it. */
  day(disturbance?: Disturbance): Judged
  /** The same shop at the same moment, to go on otherwise. */
  copy(): Watch
}

export type Judged = Pick<WindowResult, 'assessments' | 'notices'>

export interface WatchPlan extends DayPlan {
  /** Days before anything is looked at, so that the longest memories have their level. */
  readonly warmUpDays: number
}

export const usualPlan = (seed: number): WatchPlan => ({
  seed,
  people: 10_000,
  deedsPerDay: 5000,
  // Six half-lives of the longest.
  warmUpDays: 540,
})

/** After the baseline, of which nothing is heard. */
export function createWatch(plan: WatchPlan): Watch {
  const days = createDays(plan)
  const people = createPeople(plan.people)
  for (let day = 0; day < plan.warmUpDays; day += 1) people.live(day, days.day(day))
  const watch = watching({
    plan,
    days,
    people,
    next: plan.warmUpDays,
    frozen: null,
    snapshots: [],
    answers: firstAnswers(plan.seed, plan.people),
    members: new Map(),
    lastAt: new Map(),
    courses: new Map(),
    episodes: new Map(),
    changes: [],
  })
  for (let day = 0; day < baselineDays; day += 1) watch.day()
  return watch
}

function watching(start: Situation): Watch {
  let now = start
  return {
    day(disturbance = undisturbed) {
      const { situation, judged } = nextDay(now, disturbance)
      now = situation
      return judged
    },
    copy: () => watching({ ...now, people: now.people.copy() }),
  }
}

interface Situation {
  readonly plan: WatchPlan
  readonly days: Days
  readonly people: People
  readonly next: number
  readonly frozen: Frozen | null
  /** Day by day. */
  readonly snapshots: readonly (readonly Snapshot[])[]
  readonly answers: Answers
  readonly members: ReadonlyMap<string, Members>
  readonly lastAt: ReadonlyMap<Source, number>
  readonly courses: ReadonlyMap<string, Course>
  readonly episodes: ReadonlyMap<string, KnownEpisode>
  readonly changes: readonly Change[]
}

/** What the first day settles. */
interface Frozen {
  readonly edges: readonly NumericEdges[]
  /** Of each segment, what its feature has to reach. */
  readonly asked: ReadonlyMap<string, number>
}

function nextDay(
  now: Situation,
  disturbance: Disturbance,
): { readonly situation: Situation; readonly judged: Judged } {
  const { plan, next: day, people, days } = now
  const deeds = disturbance.deeds?.(days.day(day)) ?? days.day(day)
  people.live(day, deeds)
  const frozen = now.frozen ?? freeze(people, day, plan.people)
  const answers = nextAnswers(plan.seed, day, now.answers)
  const lastAt = new Map(now.lastAt)
  const members = membersOf(people, day, frozen, disturbance)
  const current = [
    ...measureFeatures(day, people.states, frozen.edges, disturbance),
    ...measureTraits(day, disturbance.answers?.(answers) ?? answers),
    ...measureStream(day, deeds, lastAt),
    ...measureLag(day, plan.seed, disturbance),
    ...measureIdentity(day, deeds, plan.seed, disturbance),
    ...[...members].flatMap(([name, own]) =>
      measureSegment(day, name, now.members.get(name), own, ''),
    ),
  ]
  const changes = [...now.changes, ...(disturbance.changes?.(day) ?? [])]
  const judged = judge(now, current, changes)
  return {
    situation: {
      ...now,
      next: day + 1,
      frozen,
      snapshots: [...now.snapshots, current],
      answers,
      members,
      lastAt,
      courses: judged.courses,
      episodes: episodesAfter(now.episodes, judged.courses, endOf(day)),
      changes,
    },
    judged,
  }
}

const upstream = upstreamOf()
const referenceDays = 28

function judge(
  { plan, next: day, snapshots, courses, episodes }: Situation,
  current: readonly Snapshot[],
  changes: readonly Change[],
): WindowResult {
  // The days of the baseline have no reference yet.
  if (snapshots.length < baselineDays) return { courses, notices: [], assessments: [] }
  const asOf = endOf(day)
  const past = pastOf(
    [
      ...snapshots.slice(0, baselineDays),
      ...snapshots.slice(Math.max(baselineDays, snapshots.length - referenceDays)),
    ].flat(),
    {
      asOf,
      windowMs: dayMs,
      baseline: baselineFrom(plan.warmUpDays),
      labels: [],
      incidents: incidentsOf([...episodes.values()], upstream, dayMs),
    },
  )
  return runWindow({
    at: epochMs(asOf),
    windowMs: dayMs,
    signals: current.flatMap((one) => signalsOf(one, past(subjectKey(one.subject)), dayMs)),
    courses,
    surroundings: { upstream, changes },
  })
}

/** What `drift_metrics` has of every episode after the windows so far. */
function episodesAfter(
  before: ReadonlyMap<string, KnownEpisode>,
  courses: ReadonlyMap<string, Course>,
  at: number,
): ReadonlyMap<string, KnownEpisode> {
  const episodes = new Map(before)
  for (const [key, { open }] of courses)
    if (open !== null && open.calm === 0)
      episodes.set(`${key} ${open.openedAt}`, {
        subject: subjectOfKey(key),
        since: open.since,
        last: at,
        severity: open.severity,
        inhibited: open.inhibited,
      })
  return episodes
}

const baselineFrom = (day: number): Baseline => ({
  id: 'baseline',
  edgesId: 'baseline',
  from: endOf(day),
  to: endOf(day + baselineDays - 1),
  createdAt: 0,
  pinnedAt: 0,
  by: 'on-call',
  reason: 'four ordinary weeks',
})

function freeze(people: People, day: number, rows: number): Frozen {
  const sorted = people.states.map((state) => state.values(day).toSorted())
  return {
    edges: sorted.map((values) => numericEdges(values, rows)),
    asked: new Map(
      segments.map(({ name, feature, part }) => [
        name,
        sorted[placeOf(feature)]?.[Math.floor(rows * part)] ?? 0,
      ]),
    ),
  }
}

const placeOf = (feature: string): number => features.findIndex(({ name }) => name === feature)

function membersOf(
  people: People,
  day: number,
  { asked }: Frozen,
  { asks }: Disturbance,
): ReadonlyMap<string, Members> {
  return new Map(
    segments.map(({ name, feature }) => {
      const least = (asked.get(name) ?? 0) * (asks?.get(name) ?? 1)
      const values = people.states[placeOf(feature)]?.values(day) ?? []
      return [name, Uint8Array.from(values, (value) => (value >= least ? 1 : 0))]
    }),
  )
}
