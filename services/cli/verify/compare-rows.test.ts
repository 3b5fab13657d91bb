import { expect, it } from 'vitest'
import { feature } from '../../../test/support/clickhouse/definition.ts'
import { compareRows } from './compare-rows.ts'

const at = (day: number): string => new Date(Date.UTC(2026, 2, day)).toISOString()

const features = [
  feature('orders_3d', 'window_count'),
  feature('spent_3d', 'window_sum', { currency: 'EUR' }),
  feature('pace', 'rate'),
  feature('shares', 'affinity', { shape: 'shares' }),
  feature('scores', 'rfm', { shape: 'steps' }),
  feature('interval', 'interval'),
  feature('spent_each', 'ratio', { shape: 'steps' }),
]

/** As the fold writes it. */
const folded: Readonly<Record<string, unknown>> = {
  f_orders_3d: [
    [at(1), 2],
    [at(4), 0],
  ],
  f_spent_3d: [
    [at(1), '12.3400'],
    [at(4), '0.0000'],
  ],
  f_pace: 6,
  f_pace_first_at: at(1),
  f_shares: [
    ['shoes', 0.1 + 0.2],
    ['hats', 0.7],
  ],
  f_scores: [[at(1), '543']],
  f_interval: 1.5,
  f_spent_each: [
    [at(1), 6.17],
    [at(4), null],
  ],
}

/** As a query gives it: objects for tuples, counts as text, money as a number. */
const stored: Readonly<Record<string, unknown>> = {
  f_orders_3d: [
    { from: at(1), value: '2' },
    { from: at(4), value: '0' },
  ],
  f_spent_3d: [
    { from: at(1), value: 12.34 },
    { from: at(4), value: 0 },
  ],
  f_pace: '6',
  f_pace_first_at: at(1),
  f_shares: [
    { key: 'shoes', share: 0.3 },
    { key: 'hats', share: 0.7 },
  ],
  f_scores: [{ from: at(1), value: '543' }],
  f_interval: 1.5,
  f_spent_each: [
    { from: at(1), value: 6.17 },
    { from: at(4), value: null },
  ],
}

const differing = (changes: Readonly<Record<string, unknown>>): readonly string[] =>
  compareRows(
    'p',
    features,
    new Map(Object.entries({ ...stored, ...changes })),
    new Map(Object.entries(folded)),
  ).map((mismatch) => mismatch.feature)

it('a row as it is stored and as it is folded again are the same, whatever form values have', () => {
  expect(differing({})).toEqual([])
})

it('a value, a moment, a key or a number of steps that differs is found', () => {
  expect(
    differing({
      f_orders_3d: [{ from: at(1), value: '2' }],
      f_spent_3d: [
        { from: at(2), value: 12.34 },
        { from: at(4), value: 0 },
      ],
      f_pace_first_at: at(2),
      f_shares: [
        { key: 'shoes', share: 0.3 },
        { key: 'bags', share: 0.7 },
      ],
      f_scores: [{ from: at(1), value: '544' }],
      f_interval: 2,
      f_spent_each: [],
    }),
  ).toEqual(features.map(({ name }) => name))
})
