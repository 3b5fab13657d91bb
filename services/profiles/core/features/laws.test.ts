import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import { type FoldedKind, foldedKinds, isDerived } from '#runtime/definition/feature-kinds.ts'
import { featureBytes } from '#runtime/definition/checks/check-state-bound.ts'
import { ratePerDay } from '#runtime/definition/rules/rate.ts'
import { stepAt } from '#runtime/definition/rules/steps.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { calendarWindow } from '#runtime/time/calendar-window.ts'
import type { FeatureState } from '../state.ts'
import type { FeatureValue } from './algebra.ts'
import { newestAt } from './algebra.ts'
import { algebraOf } from './algebras.ts'
import { testFeature } from './testing.ts'

interface Happening {
  readonly at: number
  readonly source: string
  readonly id: string
  readonly value: number
  readonly key: string
}

const hour = 3_600_000
const day = 24 * hour
const zone = 'Europe/Berlin'

/** The day that a calendar on the wall shows, as a number. */
const dateShown = (at: number): number =>
  Date.parse(new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at)) /
  day

interface Told {
  readonly feature: CompiledFeature
  readonly events: readonly Happening[]
  /** Newest event. */
  readonly ref: number
  /** The moment that is asked about, not before `ref`. */
  readonly at: number
  readonly weight: (event: Happening) => number
  readonly inOrder: readonly Happening[]
}

/** Smallest first, so that the naive sum is as good as doubles allow. */
const total = (list: readonly Happening[], of: (event: Happening) => number): number =>
  list
    .map(of)
    .toSorted((a, b) => Math.abs(a) - Math.abs(b))
    .reduce((a, b) => a + b, 0)

/** The events whose bucket is one of the last ones at the moment asked about. */
function inWindow({ at, events, feature }: Told): readonly Happening[] {
  const { unit, buckets } = feature.window ?? { unit: 'day', buckets: 0 }
  const bucketOf = unit === 'day' ? dateShown : (time: number) => Math.floor(time / hour)
  const present = bucketOf(at)
  return events.filter((event) => {
    const bucket = bucketOf(event.at)
    return bucket <= present && bucket > present - buckets
  })
}

interface Kind {
  /** The forms of the kind that the laws are tried on. */
  readonly forms: readonly Partial<CompiledFeature>[]
  /** What the kind means, from the whole list of events: no states, no merging, no care for speed. */
  readonly means: (told: Told) => unknown
}

const fading = { halfLifeMs: hour }
/** Every kind with a state is here, or this file has a type error: no kind without laws. */
const kinds: Readonly<Record<FoldedKind, Kind>> = {
  decayed_count: { forms: [fading], means: ({ events, weight }) => total(events, weight) },
  decayed_sum: {
    forms: [fading],
    means: ({ events, weight }) => total(events, (event) => event.value * weight(event)),
  },
  decayed_mean: {
    forms: [fading],
    means: ({ events, weight }) =>
      total(events, (event) => event.value * weight(event)) / total(events, weight),
  },
  decayed_topk: {
    forms: [{ ...fading, k: 5 }],
    means: ({ events, feature, weight }) =>
      [...Map.groupBy(events, ({ key }) => key)]
        .map(([key, of]) => [key, total(of, weight)] as const)
        .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, feature.k ?? 1),
  },
  count: { forms: [{}], means: ({ events }) => events.length },
  sum: { forms: [{}], means: ({ events }) => total(events, ({ value }) => value) },
  min: { forms: [{}], means: ({ events }) => Math.min(...events.map(({ value }) => value)) },
  max: { forms: [{}], means: ({ events }) => Math.max(...events.map(({ value }) => value)) },
  first: { forms: [{}], means: ({ inOrder }) => inOrder.at(0)?.value },
  last: { forms: [{}], means: ({ inOrder }) => inOrder.at(-1)?.value },
  last_seen: { forms: [{}], means: ({ ref }) => ref },
  distinct: {
    forms: [{}],
    means: ({ events }) => new Set(events.map(({ value }) => value)).size,
  },
  window_count: {
    forms: [
      { window: calendarWindow('hour', 5, zone) },
      { window: calendarWindow('day', 1, zone) },
      { window: calendarWindow('day', 400, zone) },
    ],
    means: (told) => inWindow(told).length,
  },
  window_sum: {
    forms: [
      { window: calendarWindow('hour', 24, zone) },
      { window: calendarWindow('day', 30, zone) },
      { window: calendarWindow('day', 400, zone) },
    ],
    means: (told) => total(inWindow(told), ({ value }) => value),
  },
  interval: {
    forms: [{}],
    means: ({ inOrder }) => {
      const gaps = inOrder.slice(1).map(({ at }, index) => at - (inOrder[index]?.at ?? at))
      return gaps.length === 0 ? null : gaps.reduce((a, b) => a + b, 0) / gaps.length / 1000
    },
  },
  rate: {
    forms: [{}, { ...fading, shape: 'decayed' }],
    means: ({ at, events, feature, inOrder, weight }) =>
      feature.halfLifeMs === null
        ? events.length / Math.max(1, (at - (inOrder[0]?.at ?? at)) / day)
        : ((total(events, weight) * Math.LN2) / hour) * day,
  },
}

function means(feature: CompiledFeature, events: readonly Happening[], at: number): unknown {
  if (isDerived(feature.kind)) throw new TypeError('a derived kind has laws of its own')
  const ref = Math.max(...events.map((event) => event.at))
  return kinds[feature.kind].means({
    feature,
    events,
    ref,
    at,
    weight: (event) => 2 ** (-(ref - event.at) / (feature.halfLifeMs ?? hour)),
    inOrder: events.toSorted((a, b) =>
      a.at !== b.at ? a.at - b.at : `${a.source} ${a.id}` < `${b.source} ${b.id}` ? -1 : 1,
    ),
  })
}

function fold(feature: CompiledFeature, events: readonly Happening[]): FeatureState | undefined {
  const algebra = algebraOf(feature.kind)
  let state: FeatureState | undefined
  for (const { at, source, id, value, key } of events) {
    const occurrence = { occurredAt: epochMs(at), source, eventKey: id }
    const weight = feature.kind === 'decayed_topk' ? 1 : value
    const next = algebra.update(state, feature, weight, key, occurrence)
    if (typeof next === 'string') throw new TypeError(next)
    state = next
  }
  return state
}

/** Cuts the events into fragments and merges those in an order of its own, as a tree. */
function foldInFragments(
  feature: CompiledFeature,
  events: readonly Happening[],
  cuts: readonly number[],
  joins: readonly number[],
): FeatureState {
  const fragments = new Map<number, Happening[]>()
  for (const [index, event] of events.entries()) {
    const fragment = cuts[index % cuts.length] ?? 0
    fragments.set(fragment, [...(fragments.get(fragment) ?? []), event])
  }
  const queue = [...fragments.values()].map((list) => fold(feature, list)).filter(isState)
  for (let step = 0; queue.length > 1; step += 1) {
    const left = queue.splice((joins[step % joins.length] ?? 0) % queue.length, 1)[0]
    const right = queue.splice(0, 1)[0]
    if (left === undefined || right === undefined) throw new TypeError('nothing to merge')
    const before = JSON.stringify([left, right])
    queue.push(algebraOf(feature.kind).merge(left, right, feature))
    expect(JSON.stringify([left, right]), 'merge changes its inputs').toBe(before)
  }
  const [state] = queue
  if (state === undefined) throw new TypeError('no events')
  return state
}

const isState = (state: FeatureState | undefined): state is FeatureState => state !== undefined

/** The value as of a moment; decayed ones at their reference time, where the oracle has them. */
function plain(value: FeatureValue, at: number): unknown {
  switch (value.kind) {
    case 'decayed':
      return value.valueAtRef
    case 'ranked':
    case 'shares':
      return value.entries
    case 'instant':
      return value.at
    case 'plain':
    case 'money':
      return value.value
    case 'steps':
      return stepAt(value.steps, at)?.value
    case 'rate':
      return ratePerDay(value, at)
    case 'out_of_range':
    case 'none':
      return null
    default:
      return value satisfies never
  }
}

/** Equal within 1e-12 of `scale`: the size of what was added, which differs from the result only where signs cancel. */
function isClose(actual: unknown, expected: unknown, scale: number): boolean {
  if (typeof actual === 'number' && typeof expected === 'number')
    return Math.abs(actual - expected) <= 1e-12 * Math.max(scale, Math.abs(expected)) + 1e-300
  if (Array.isArray(actual) && Array.isArray(expected))
    return (
      actual.length === expected.length &&
      actual.every((item: unknown, index) => isClose(item, expected[index], scale))
    )
  return actual === expected
}

const happening = (spanMs: number, value: fc.Arbitrary<number>): fc.Arbitrary<Happening> =>
  fc.record({
    at: fc.integer({ min: 0, max: spanMs }),
    source: fc.constantFrom('hubspot', 'segment', 'till'),
    id: fc.uuid(),
    value,
    key: fc.constantFrom('shoes', 'hats', 'bags', '__proto__', ''),
  })

const amounts = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
  fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
)

const split = fc.record({
  cuts: fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
  joins: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
  order: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
})

const shuffled = <T>(list: readonly T[], order: readonly number[]): readonly T[] =>
  list
    .map((item, index) => [order[index % order.length] ?? 0, item] as const)
    .toSorted((a, b) => a[0] - b[0])
    .map(([, item]) => item)

/** Weights that are apart by less than this have no order that a test could expect. */
const isTied = (ranking: unknown): boolean =>
  Array.isArray(ranking) &&
  ranking.some((entry: unknown, index) => {
    const next: unknown = ranking[index + 1]
    return (
      Array.isArray(entry) &&
      Array.isArray(next) &&
      entry[1] !== next[1] &&
      Math.abs(Number(entry[1]) - Number(next[1])) <= 1e-9 * Number(entry[1])
    )
  })

const forms = Object.entries(kinds).flatMap(([kind, { forms: of }]) =>
  of.map((form) => testFeature(kindNamed(kind), form)),
)

function kindNamed(text: string): FoldedKind {
  const kind = foldedKinds.find((each) => each === text)
  if (kind === undefined) throw new TypeError(`${text} is no kind`)
  return kind
}

const titleOf = ({ halfLifeMs, kind, window }: CompiledFeature): string =>
  [
    kind,
    ...(halfLifeMs === null ? [] : ['fading']),
    ...(window === null ? [] : [`over ${window.buckets} ${window.unit}s`]),
  ].join(' ')

describe.each(forms.map((feature) => [titleOf(feature), feature] as const))(
  '%s',
  (_title, feature) => {
    const algebra = algebraOf(feature.kind)

    test.each([
      ['within hours', 6 * hour],
      ['within weeks', 40 * day],
      ['over years', 5 * 365 * day],
    ])(
      'any order, split and grouping of events %s gives what the whole list gives',
      (_name, span) => {
        fc.assert(
          fc.property(
            fc.array(happening(span, amounts), { minLength: 1, maxLength: 60 }),
            split,
            fc.array(fc.integer({ min: 0, max: 40 * day }), { minLength: 1, maxLength: 5 }),
            (events, { cuts, joins, order }, laters) => {
              const state = foldInFragments(feature, shuffled(events, order), cuts, joins)
              const value = algebra.finalize(state, feature)
              const ref = Math.max(...events.map(({ at }) => at))
              expect(newestAt(state)).toBe(ref)
              for (const later of [0, ...laters]) {
                const said = plain(value, ref + later)
                const expected = means(feature, events, ref + later)
                if (isTied(expected)) return
                expect([said, isClose(said, expected, 0)]).toEqual([said, true])
              }
            },
          ),
          { numRuns: 150 },
        )
      },
    )

    test('in any order the state itself is the same, to the last bit where it adds no doubles that fade', () => {
      if (feature.halfLifeMs !== null) return
      fc.assert(
        fc.property(
          fc.array(happening(60 * day, amounts), { minLength: 1, maxLength: 40 }),
          split,
          (events, { cuts, joins, order }) => {
            const said = (list: readonly Happening[]): unknown =>
              algebra.finalize(foldInFragments(feature, list, cuts, joins), feature)
            expect(said(shuffled(events, order))).toEqual(said(events))
          },
        ),
        { numRuns: 100 },
      )
    })

    test('a state of years of events stays within the bound that lint adds up', () => {
      const { currency, k, kind, window } = feature
      const span = window === null ? '' : `${window.buckets}${window.unit === 'day' ? 'd' : 'h'}`
      const bound = featureBytes({
        kind,
        ...(k === null ? {} : { k }),
        ...(currency === null ? {} : { currency }),
        ...(window === null ? {} : { window: span }),
      })
      const state = fold(
        feature,
        Array.from({ length: 3000 }, (_, n) => ({
          at: n * (window?.unit === 'hour' ? hour / 3 : day / 3),
          source: 'hubspot',
          id: '0123456789abcdef0123456789abcdef',
          value: Math.PI * 1000 ** (n % 4),
          key: `a category of some length, ${n % 300}`,
        })),
      )
      expect(JSON.stringify(state).length).toBeLessThan(bound)
    })

    test('a state survives JSON, and is recognised as its kind', () => {
      fc.assert(
        fc.property(
          fc.array(happening(hour, amounts), { minLength: 1, maxLength: 20 }),
          (events) => {
            const state = fold(feature, events)
            const restored: unknown = JSON.parse(JSON.stringify(state))
            expect(restored).toEqual(state)
            expect(state !== undefined && algebra.accepts(state)).toBe(true)
          },
        ),
        { numRuns: 50 },
      )
    })
  },
)

test('sums of both signs are exact: the same bits in any order, though large values cancel', () => {
  const feature = testFeature('sum')
  const values = fc.double({ min: -1e15, max: 1e15, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(happening(hour, values), { minLength: 1, maxLength: 80 }),
      split,
      (events, { cuts, joins, order }) => {
        const both = [...events, ...events.map((event) => ({ ...event, value: -event.value }))]
        const rest = { ...events[0], at: 0, source: 's', id: 'x', key: 'k', value: 0.1 }
        const all = shuffled([...both, rest], order)
        const state = foldInFragments(feature, all, cuts, joins)
        expect(plain(algebraOf('sum').finalize(state, feature), 0)).toBe(0.1)
      },
    ),
    { numRuns: 200 },
  )
})

test('decayed sums of both signs are right within 1e-12 of what was added', () => {
  const feature = testFeature('decayed_sum', { halfLifeMs: hour })
  const values = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(happening(20 * hour, values), { minLength: 1, maxLength: 60 }),
      split,
      (events, { cuts, joins, order }) => {
        const state = foldInFragments(feature, shuffled(events, order), cuts, joins)
        const value = plain(algebraOf('decayed_sum').finalize(state, feature), 0)
        const sizes = events.map((event) => ({ ...event, value: Math.abs(event.value) }))
        expect(isClose(value, means(feature, events, 0), Number(means(feature, sizes, 0)))).toBe(
          true,
        )
      },
    ),
  )
})
