import { expect, it } from 'vitest'
import type { LedgerEntry } from '../ledger.ts'
import { createTruth } from './truth.ts'

const entry = (
  person: number,
  identifiers: readonly (readonly [string, string])[],
  rest: Partial<LedgerEntry> = {},
): LedgerEntry => ({
  id: 'e',
  source: 's',
  configuredSource: 's',
  channel: 'web',
  type: 'page_viewed',
  at: 0,
  person,
  identifiers,
  sharedDevice: false,
  machine: false,
  properties: {},
  traits: {},
  consent: {},
  fate: 'applied',
  reason: null,
  ...rest,
})

function told(): ReturnType<typeof createTruth> {
  const truth = createTruth()
  truth.add(
    entry(1, [
      ['user_id', 'u1'],
      ['anonymous_id', 'a1'],
    ]),
  )
  truth.add(entry(1, [['anonymous_id', 'a9']]))
  truth.add(
    entry(
      2,
      [
        ['user_id', 'u2'],
        ['anonymous_id', 'h'],
      ],
      { sharedDevice: true },
    ),
  )
  truth.add(
    entry(
      1,
      [
        ['user_id', 'u1'],
        ['anonymous_id', 'h'],
      ],
      { sharedDevice: true },
    ),
  )
  return truth
}

it('counts as linkable only what clean evidence connects', () => {
  const figures = told().compare((type, value) =>
    new Map([
      ['user_id/u1', 'p1'],
      ['anonymous_id/a1', 'p1'],
      ['user_id/u2', 'p2'],
    ]).get(`${type}/${value}`),
  )
  expect(figures).toEqual({ precision: 1, recall: 1, recallAll: 1 / 3, linkablePairs: 1 })
})

it('sees two people in one profile', () => {
  expect(told().compare((type) => (type === 'user_id' ? 'same' : undefined)).precision).toBe(0)
})
