import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { Assessment } from './assess.ts'
import { type Change, causesOf, isInhibited } from './cause.ts'
import { type SubjectKind, subjectKey } from './signal.ts'

const news = (kind: SubjectKind, name: string, strength = 2): Assessment => ({
  subject: { kind, name },
  severity: 'warn',
  known: true,
  faint: false,
  strength,
  p: null,
  reference: null,
  before: null,
  after: null,
  unit: 'count',
})
const interest = news('feature', 'product_interest')
const silent = news('freshness', 'web/segment')
const volume = news('volume', 'web/segment')
const upstream = new Map([
  [
    subjectKey(interest.subject),
    new Set([silent, volume].map(({ subject }) => subjectKey(subject))),
  ],
  [subjectKey(volume.subject), new Set([subjectKey(silent.subject)])],
])
const surroundings = { upstream, changes: [] }

test('news of what a feature is made from explains it, what is nearest to the source first, and silences it', () => {
  const causes = causesOf(interest, [interest, volume, silent], surroundings, epochMs(0))
  expect(causes.map((cause) => cause.kind === 'upstream' && cause.subject.kind)).toEqual([
    'freshness',
    'volume',
  ])
  expect(isInhibited(causes)).toBe(true)
  expect(causesOf(volume, [interest, volume, silent], surroundings, epochMs(0))).toHaveLength(1)
})

test('what is not upstream, or quiet, explains nothing', () => {
  const other = news('volume', 'crm/hubspot')
  const quiet = { ...volume, severity: null }
  expect(causesOf(interest, [interest, other, quiet], surroundings, epochMs(0))).toEqual([])
  // Nothing explains what it is made from.
  expect(causesOf(silent, [interest, silent], surroundings, epochMs(0))).toEqual([])
})

test('of two of a kind the one explains the other that is made from it', () => {
  const size = news('segment', 'loyal')
  const entries = news('segment', 'loyal entered')
  const made = new Map([[subjectKey(entries.subject), new Set([subjectKey(size.subject)])]])
  const around = { upstream: made, changes: [] }
  expect(isInhibited(causesOf(entries, [size, entries], around, epochMs(0)))).toBe(true)
  expect(causesOf(size, [size, entries], around, epochMs(0))).toEqual([])
})

const change = (at: number, subjects: readonly string[] | null): Change => ({
  kind: 'definition',
  at: epochMs(at),
  subjects: subjects === null ? null : new Set(subjects),
  words: 'rule of loyal changed',
})

test('what people did since the last quiet window explains, and silences nothing', () => {
  const changes = [
    change(5, ['feature:product_interest']),
    change(4, null),
    change(6, ['segment:loyal']),
    change(1, null),
  ]
  const causes = causesOf(interest, [interest], { upstream, changes }, epochMs(2))
  expect(causes.map((cause) => cause.kind !== 'upstream' && cause.at)).toEqual([5, 4])
  expect(isInhibited(causes)).toBe(false)
})
