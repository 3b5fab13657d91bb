import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompiledFeature, FeatureKind } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
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
const kinds: readonly FeatureKind[] = [
  'decayed_count',
  'decayed_sum',
  'decayed_mean',
  'decayed_topk',
  'count',
  'sum',
  'min',
  'max',
  'first',
  'last',
  'last_seen',
]

/** What each kind means, from the whole list of events: no states, no merging, no care for speed. */
function oracle(feature: CompiledFeature, events: readonly Happening[]): unknown {
  const ref = Math.max(...events.map(({ at }) => at))
  const weight = ({ at }: Happening): number => 2 ** (-(ref - at) / (feature.halfLifeMs ?? hour))
  const total = (of: (event: Happening) => number, list = events): number =>
    list
      .map(of)
      .toSorted((a, b) => Math.abs(a) - Math.abs(b))
      .reduce((a, b) => a + b, 0)
  const values = events.map(({ value }) => value)
  const inOrder = events.toSorted((a, b) =>
    a.at !== b.at ? a.at - b.at : `${a.source} ${a.id}` < `${b.source} ${b.id}` ? -1 : 1,
  )
  switch (feature.kind) {
    case 'decayed_count':
      return total(weight)
    case 'decayed_sum':
      return total((event) => event.value * weight(event))
    case 'decayed_mean':
      return total((event) => event.value * weight(event)) / total(weight)
    case 'decayed_topk':
      return [...new Set(events.map(({ key }) => key))]
        .map(
          (key) =>
            [
              key,
              total(
                weight,
                events.filter((event) => event.key === key),
              ),
            ] as const,
        )
        .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, feature.k ?? 1)
    case 'count':
      return events.length
    case 'sum':
      return total(({ value }) => value)
    case 'min':
      return Math.min(...values)
    case 'max':
      return Math.max(...values)
    case 'first':
      return inOrder.at(0)?.value
    case 'last':
      return inOrder.at(-1)?.value
    case 'last_seen':
      return ref
    default:
      return feature.kind satisfies never
  }
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

function plain(value: FeatureValue): unknown {
  switch (value.kind) {
    case 'decayed':
      return value.valueAtRef
    case 'ranked':
      return value.entries
    case 'instant':
      return value.at
    case 'plain':
    case 'money':
      return value.value
    case 'out_of_range':
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

describe.each(kinds)('%s', (kind) => {
  const feature = testFeature(kind, kind.startsWith('decayed') ? { halfLifeMs: hour, k: 5 } : {})

  test.each([
    ['within hours', 6 * hour],
    ['over years', 5 * 365 * 24 * hour],
  ])(
    'any order, split and grouping of events %s gives what the whole list gives',
    (_name, span) => {
      fc.assert(
        fc.property(
          fc.array(happening(span, amounts), { minLength: 1, maxLength: 60 }),
          split,
          (events, { cuts, joins, order }) => {
            const state = foldInFragments(feature, shuffled(events, order), cuts, joins)
            const value = plain(algebraOf(kind).finalize(state, feature))
            const expected = oracle(feature, events)
            if (isTied(expected)) return
            expect(newestAt(state)).toBe(Math.max(...events.map(({ at }) => at)))
            expect([value, isClose(value, expected, 0)]).toEqual([value, true])
          },
        ),
        { numRuns: 150 },
      )
    },
  )

  test('a state survives JSON, and is recognised as its kind', () => {
    fc.assert(
      fc.property(fc.array(happening(hour, amounts), { minLength: 1, maxLength: 20 }), (events) => {
        const state = fold(feature, events)
        const restored: unknown = JSON.parse(JSON.stringify(state))
        expect(restored).toEqual(state)
        expect(state !== undefined && algebraOf(kind).accepts(state)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

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
        expect(plain(algebraOf('sum').finalize(state, feature))).toBe(0.1)
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
        const value = plain(algebraOf('decayed_sum').finalize(state, feature))
        const sizes = events.map((event) => ({ ...event, value: Math.abs(event.value) }))
        expect(isClose(value, oracle(feature, events), Number(oracle(feature, sizes)))).toBe(true)
      },
    ),
  )
})
