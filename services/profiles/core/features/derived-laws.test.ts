import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DerivedKind, derivedKinds } from '#runtime/definition/feature-kinds.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { featureText, pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { createGate } from '../consent/gate.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import { sumContents } from '../content/sum-contents.ts'
import { readFeature } from '../rows/read-profile.ts'
import type { FragmentContent } from '../state.ts'
import { readKnown } from './read-known.ts'
import { testEvent } from './testing.ts'

const hour = 3_600_000
const day = 24 * hour

interface Order {
  readonly at: number
  readonly refunded: boolean
  readonly total: number
  readonly category: string
}

const named = (name: string, lines: string): string =>
  featureText(lines).replace('name: extra', `name: ${name}`)

/** Features with a state that the derived ones below read. */
const folded = [
  named('spent', 'kind: sum\nevents: [order_completed]\nvalue: points'),
  named('refunds', 'kind: sum\nevents: [order_refunded]\nvalue: points'),
  named(
    'spent_lately',
    'kind: decayed_sum\nevents: [order_completed]\nvalue: points\nhalf_life: 2d',
  ),
  named('bought_lately', 'kind: decayed_count\nevents: [order_completed]\nhalf_life: 2d'),
  named('spent_3d', 'kind: window_sum\nevents: [order_completed]\nvalue: points\nwindow: 3d'),
  named('orders_3d', 'kind: window_count\nevents: [order_completed]\nwindow: 3d'),
  named(
    'liked',
    'kind: decayed_topk\nevents: [order_completed]\nkey: category\nhalf_life: 2d\nk: 2',
  ),
  named('last_order', 'kind: last_seen\nevents: [order_completed]'),
]

interface Form {
  readonly lines: string
  /** What it is at a moment not before the newest order, from all of them. */
  readonly means: (orders: readonly Order[], at: number) => unknown
}

const bought = (orders: readonly Order[]): readonly Order[] =>
  orders.filter(({ refunded }) => !refunded)
const sum = (orders: readonly Order[], of: (order: Order) => number): number =>
  orders.reduce((total, order) => total + of(order), 0)
const faded = (at: number, order: Order): number => 2 ** (-(at - order.at) / (2 * day))
/** The test's file has no time zone: its days are those of UTC. */
const dayOf = (at: number): number => Math.floor(at / day)
const lately = (orders: readonly Order[], at: number): readonly Order[] =>
  bought(orders).filter((order) => dayOf(order.at) > dayOf(at) - 3)
const over = (a: number, b: number): number | null => (b === 0 ? null : a / b)
const score = (value: number, cuts: readonly number[]): number =>
  1 + cuts.filter((cut) => value >= cut).length

/** Every derived kind is here, or this file has a type error: no kind without laws. */
const kinds: Readonly<Record<DerivedKind, readonly Form[]>> = {
  ratio: [
    {
      lines: 'numerator: refunds\ndenominator: spent',
      means: (orders) =>
        over(
          sum(
            orders.filter(({ refunded }) => refunded),
            ({ total }) => total,
          ),
          sum(bought(orders), ({ total }) => total),
        ),
    },
    {
      lines: 'numerator: spent_lately\ndenominator: bought_lately',
      means: (orders, at) =>
        over(
          sum(bought(orders), (order) => order.total * faded(at, order)),
          sum(bought(orders), (order) => faded(at, order)),
        ),
    },
    {
      lines: 'numerator: spent_3d\ndenominator: orders_3d',
      means: (orders, at) =>
        bought(orders).length === 0
          ? null
          : over(
              sum(lately(orders, at), ({ total }) => total),
              lately(orders, at).length,
            ),
    },
  ],
  expression: [
    {
      lines: 'formula: (spent - refunds) * 2.0 + 1.0',
      means: (orders) => sum(orders, ({ refunded, total }) => (refunded ? -total : total)) * 2 + 1,
    },
    {
      lines: 'formula: "spent_lately / 4.0 + bought_lately * 3.0"',
      means: (orders, at) =>
        bought(orders).length === 0
          ? null
          : sum(bought(orders), (order) => (order.total / 4 + 3) * faded(at, order)),
    },
    {
      lines: 'formula: "orders_3d > 1 ? spent_3d : min(spent, 7.0)"',
      means: (orders, at) =>
        bought(orders).length === 0
          ? null
          : lately(orders, at).length > 1
            ? sum(lately(orders, at), ({ total }) => total)
            : Math.min(
                sum(bought(orders), ({ total }) => total),
                7,
              ),
    },
  ],
  affinity: [
    {
      lines: 'of: liked',
      means: (orders, at) => {
        const all = sum(bought(orders), (order) => faded(at, order))
        return bought(orders).length === 0
          ? null
          : [...Map.groupBy(bought(orders), ({ category }) => category)]
              .map(([key, of]) => [key, sum(of, (order) => faded(at, order)) / all] as const)
              .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
              .slice(0, 2)
      },
    },
  ],
  rfm: [
    {
      lines:
        'recency: last_order\nfrequency: orders_3d\nmonetary: spent\ncuts: {recency: [1d, 2d, 3d, 4d], frequency: [1, 2, 3, 4], monetary: [10, 20, 30, 40]}',
      means: (orders, at) => {
        if (bought(orders).length === 0) return null
        const age = at - Math.max(...bought(orders).map((order) => order.at))
        const recency = 5 - [1, 2, 3, 4].filter((days) => age > days * day).length
        const frequency = score(lately(orders, at).length, [1, 2, 3, 4])
        return `${recency}${frequency}${score(
          sum(bought(orders), ({ total }) => total),
          [10, 20, 30, 40],
        )}`
      },
    },
  ],
}

const order = fc.record({
  at: fc.integer({ min: 0, max: 8 * day }),
  refunded: fc.boolean(),
  total: fc.integer({ min: 0, max: 100 }).map((quarters) => quarters / 4),
  category: fc.constantFrom('shoes', 'hats', 'bags', '__proto__'),
})

function isClose(actual: unknown, expected: unknown): boolean {
  if (typeof actual === 'number' && typeof expected === 'number')
    return Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected))
  if (Array.isArray(actual) && Array.isArray(expected))
    return (
      actual.length === expected.length &&
      actual.every((item: unknown, index) => isClose(item, expected[index]))
    )
  return actual === expected
}

/** Two keys as heavy as each other have no order that a test could expect. */
function isTied(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  const first: unknown = value[0]
  const second: unknown = value[1]
  return (
    Array.isArray(first) &&
    Array.isArray(second) &&
    Math.abs(Number(first[1]) - Number(second[1])) < 1e-9
  )
}

describe.each(
  derivedKinds.flatMap((kind) => kinds[kind].map((form) => [kind, form.lines, form] as const)),
)('%s of %s', (kind, lines, { means }) => {
  const text = pipelineText({
    features: [...folded, named('told', `kind: ${kind}\n${lines}`)].join(''),
  })
  const definition = loadDefinition(text, definitionVersion(1))
  const feature = definition.featureByName.get('told')

  test('is of the sum what the whole list gives, in any order and split, at any time', () => {
    if (feature === undefined) throw new TypeError('told is missing')
    fc.assert(
      fc.property(
        fc.array(order, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
        fc.array(
          fc.oneof(
            fc.integer({ min: 0, max: 8 * day }),
            fc.integer({ min: 0, max: 5 }).map((days) => days * day),
          ),
          { minLength: 1, maxLength: 5 },
        ),
        (orders, cuts, laters) => {
          const members: FragmentContent[] = Array.from({ length: 4 }, emptyContent)
          for (const [index, { at, category, refunded, total }] of orders.entries()) {
            const member = members[cuts[index % cuts.length] ?? 0] ?? emptyContent()
            applyEvent(
              member,
              testEvent({
                type: refunded ? 'order_refunded' : 'order_completed',
                occurredAt: epochMs(at),
                properties: { points: total, category },
                consent: { service: 'basis' },
              }),
              definition,
            )
          }
          const summed = sumContents(members, definition)
          const known = readKnown(feature, summed, createGate(summed.consent))
          const newest = Math.max(...orders.map(({ at }) => at))
          for (const later of [0, ...laters]) {
            const at = newest + later
            const { value } = readFeature(known, feature, epochMs(at))
            const expected = means(orders, at)
            if (isTied(expected)) return
            expect([at, value, isClose(value, expected)]).toEqual([at, value, true])
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

test('nothing is said of a derived feature while one that it reads is withheld', () => {
  const text = pipelineText({
    features: [
      ...folded.map((one) => one.replace('purpose: service', 'purpose: adverts')),
      named('told', 'kind: ratio\nnumerator: refunds\ndenominator: spent'),
    ].join(''),
  }).replace('purposes:\n', 'purposes:\n  adverts: Showing adverts\n')
  const definition = loadDefinition(text, definitionVersion(1))
  const content = emptyContent()
  applyEvent(
    content,
    testEvent({ properties: { points: 3 }, consent: { service: 'granted' } }),
    definition,
  )
  const feature = definition.featureByName.get('told')
  if (feature === undefined) throw new TypeError('told is missing')
  expect(readKnown(feature, content, createGate(content.consent))).toEqual({ kind: 'withheld' })
})
