import { expect, test } from 'vitest'
import { differences } from './values.ts'

const ours = {
  f_orders: '3',
  f_revenue: '12.5000',
  f_purchase_value: 1 / 3,
  f_top_categories: [
    ['shoes', 2.5],
    ['coats', 1],
  ],
  f_orders_30d: [['2026-01-01T00:00:00.000Z', '2']],
  f_last_category: 'shoes',
  f_max_order: null,
}

test('numbers are equal to a billionth, however they are written', () => {
  const theirs = { ...ours, f_orders: 3, f_revenue: 12.5, f_purchase_value: 1 / 3 + 1e-12 }
  expect(differences(ours, theirs)).toEqual([])
  expect(differences(ours, { ...theirs, f_purchase_value: 1 / 3 + 1e-8 })).toEqual([
    'f_purchase_value',
  ])
})

test('tuples are equal as lists or as objects, in the same order', () => {
  const top = [
    { key: 'shoes', weight: 2.5 },
    { key: 'coats', weight: 1 },
  ]
  expect(differences(ours, { ...ours, f_top_categories: top })).toEqual([])
  expect(differences(ours, { ...ours, f_top_categories: top.toReversed() })).toEqual([
    'f_top_categories',
  ])
  expect(differences(ours, { ...ours, f_top_categories: top.slice(0, 1) })).toEqual([
    'f_top_categories',
  ])
})

test('a column that is missing, or has something where there is nothing, differs', () => {
  expect(differences(ours, {})).toEqual(Object.keys(ours).filter((name) => name !== 'f_max_order'))
  expect(differences(ours, { ...ours, f_max_order: 0 })).toEqual(['f_max_order'])
  expect(differences(ours, { ...ours, f_last_category: 'hats' })).toEqual(['f_last_category'])
})
