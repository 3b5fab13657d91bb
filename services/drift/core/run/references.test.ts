import { expect, test } from 'vitest'
import { countOf } from '../store/snapshot.ts'
import { pastOf } from './references.ts'

const day = 86_400_000
const subject = { kind: 'volume', name: 'web/segment' } as const
const snapshots = Array.from({ length: 60 }, (_, n) => countOf(n * day, subject, n))
const asOf = 59 * day
const baseline = {
  id: 'b',
  edgesId: 'b',
  from: 3 * day,
  to: 30 * day,
  createdAt: 0,
  pinnedAt: 0,
  by: 'ada',
  reason: '',
}
const daysOf = (all: readonly { asOf: number }[]): readonly number[] =>
  all.map((one) => one.asOf / day)
const past = (more: Partial<Parameters<typeof pastOf>[1]> = {}) =>
  pastOf(snapshots, { asOf, windowMs: day, baseline, labels: [], incidents: [], ...more })(
    'volume:web/segment',
  )

test('references are the same weekday of four weeks, and the days of a baseline that is over', () => {
  expect(daysOf(past().weekday)).toEqual([31, 38, 45, 52])
  expect(daysOf(past().pinned)).toEqual(Array.from({ length: 28 }, (_, n) => n + 3))
  expect(past({ baseline: { ...baseline, to: asOf } }).pinned).toEqual([])
})

test('windows that a label touches are no reference of what it concerns', () => {
  const label = { id: 'l', kind: 'incident', from: 44.5 * day, to: 45.5 * day, words: 'a sale' }
  const touched = { ...label, subjects: [] }
  expect(daysOf(past({ labels: [touched] }).weekday)).toEqual([31, 38, 52])
  expect(daysOf(past({ labels: [{ ...touched, subjects: ['volume:other'] }] }).weekday)).toEqual([
    31, 38, 45, 52,
  ])
})

test('windows of an incident that alerts tell of leave what it concerns, and are counted', () => {
  const incident = {
    id: '',
    kind: 'incident',
    from: 43 * day,
    to: 45 * day,
    subjects: ['volume:web/segment'],
    words: '',
  }
  const without = past({ incidents: [incident] })
  expect(daysOf(without.weekday)).toEqual([31, 38, 52])
  expect(without.leftOut).toEqual({ weekday: 1, pinned: 0 })
  expect(daysOf(without.recent)).not.toContain(44)
  expect(past({ incidents: [{ ...incident, from: 3 * day, to: 5 * day }] }).leftOut).toEqual({
    weekday: 0,
    pinned: 2,
  })
  expect(past({ incidents: [{ ...incident, subjects: ['volume:other'] }] }).leftOut.weekday).toBe(0)
})

test('what lasts as long as a reference is no incident: it is the reference', () => {
  const lasting = {
    id: '',
    kind: 'incident',
    from: 30 * day,
    to: 58 * day,
    subjects: ['volume:web/segment'],
    words: '',
  }
  expect(past({ incidents: [lasting] })).toMatchObject({ leftOut: { weekday: 0 } })
  expect(daysOf(past({ incidents: [{ ...lasting, from: 31 * day }] }).weekday)).toEqual([31])
})

test('a rhythm is not told by one or two windows: of what was silent for weeks, silence is what is known', () => {
  const silence = {
    id: '',
    kind: 'incident',
    from: 32 * day,
    to: 58 * day,
    subjects: ['volume:web/segment'],
    words: '',
  }
  expect(past({ incidents: [silence] }).recent).toHaveLength(28)
  const left = past({ incidents: [{ ...silence, from: 33 * day }] })
  expect(left.recent).toHaveLength(3)
  expect(left.lived).toHaveLength(28)
})

test('windows that are no part of a week are compared with those that end nearest to the same time of it', () => {
  const hour = day / 24
  const of = (windowMs: number, at: number): readonly number[] => {
    const ends = Array.from({ length: 300 }, (_, n) => countOf(at - n * windowMs, subject, 1))
    const input = { asOf: at, windowMs, baseline: null, labels: [], incidents: [] }
    return pastOf(ends, input)('volume:web/segment').weekday.map((one) => (at - one.asOf) / hour)
  }
  expect(of(day, asOf)).toEqual([672, 504, 336, 168])
  expect(of(5 * hour, 1000 * 5 * hour)).toEqual([670, 505, 335, 170])
  expect(of(14 * day, 20 * 14 * day)).toEqual([672, 336])
})
