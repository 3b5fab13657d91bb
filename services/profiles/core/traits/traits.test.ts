import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { testDefinition, testTrait } from '../features/testing.ts'
import type { TraitCandidate } from '../state.ts'
import { isKeepable, mergeCandidates, withCandidate, withinBytes } from './candidates.ts'
import { nextTraitChange, resolveTrait } from './resolve-trait.ts'

const day = 86_400_000
const definition = testDefinition({ sources: ['hubspot', 'segment'] })

const candidate = (overrides: Partial<TraitCandidate>): TraitCandidate => ({
  value: 'x',
  source: 'segment',
  party: 'first',
  kind: 'observed',
  at: epochMs(0),
  eventKey: 'e',
  ...overrides,
})
const collect = (...candidates: readonly TraitCandidate[]): readonly TraitCandidate[] =>
  candidates.reduce(withCandidate, [] as readonly TraitCandidate[])
const valueOf = (candidates: readonly TraitCandidate[], trait = testTrait('city'), at = 0) =>
  resolveTrait(candidates, trait, definition, epochMs(at))?.candidate.value

test('one candidate per source and kind: the newest, ties at the event key', () => {
  const list = collect(
    candidate({ value: 'old', at: epochMs(1) }),
    candidate({ value: 'b', at: epochMs(2), eventKey: 'b' }),
    candidate({ value: 'a', at: epochMs(2), eventKey: 'a' }),
  )
  expect(list.map(({ value }) => value)).toEqual(['b'])
})

test('any order and grouping gives the same candidates', () => {
  const arbitrary = fc.record({
    value: fc.string(),
    source: fc.constantFrom('hubspot', 'segment', 'till'),
    party: fc.constantFrom('first' as const, 'third' as const),
    kind: fc.constantFrom('declared' as const, 'observed' as const),
    at: fc.integer({ min: 0, max: 3 }).map(epochMs),
    eventKey: fc.uuid(),
  })
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 30 }), fc.nat(30), (list, cut) => {
      const left = collect(...list.slice(0, cut))
      const right = collect(...list.slice(cut))
      expect(mergeCandidates(left, right)).toEqual(collect(...list))
      expect(mergeCandidates(right, left)).toEqual(collect(...list.toReversed()))
    }),
  )
})

test('where there is no room for all candidates, what was guessed goes before what was seen, and of these the oldest', () => {
  const long = 'x'.repeat(300)
  const said = candidate({ value: long, source: 'form', kind: 'declared', at: epochMs(0) })
  const seen = [1, 2, 3].map((at) =>
    candidate({ value: long, source: `page ${at}`, at: epochMs(at), eventKey: `e${at}` }),
  )
  const guessed = candidate({ value: long, source: 'model', kind: 'inferred', at: epochMs(9) })
  const all = collect(guessed, ...seen, said)
  const values = (bytesMax: number): readonly string[] =>
    withinBytes(all, bytesMax).map(({ source }) => source)
  expect(values(10_000)).toEqual(['form', 'model', 'page 1', 'page 2', 'page 3'])
  expect(values(1800)).toEqual(['form', 'page 1', 'page 2', 'page 3'])
  expect(values(1000)).toEqual(['form', 'page 3'])
  expect(values(0)).toEqual(['form'])
})

test('a text is kept by its bytes, not by its letters', () => {
  expect(isKeepable('x'.repeat(1022))).toBe(true)
  expect(isKeepable('x'.repeat(1023))).toBe(false)
  expect(isKeepable('語'.repeat(340))).toBe(true)
  expect(isKeepable('語'.repeat(341))).toBe(false)
})

test('what the person said comes before what was seen before what was guessed, however new', () => {
  const guessed = candidate({ value: 'guessed', kind: 'inferred', at: epochMs(9) })
  const observed = candidate({ value: 'observed', at: epochMs(5) })
  const declared = candidate({ value: 'declared', kind: 'declared' })
  expect(valueOf(collect(guessed, observed))).toBe('observed')
  expect(valueOf(collect(guessed, observed, declared))).toBe('declared')
})

test('within a kind the better source wins, then the newest; unlisted sources come last', () => {
  const hubspot = candidate({ value: 'hubspot', source: 'hubspot' })
  const segment = candidate({ value: 'segment', source: 'segment', at: epochMs(5) })
  const other = candidate({ value: 'other', source: 'zz', at: epochMs(9) })
  const another = candidate({ value: 'another', source: 'yy', at: epochMs(8) })
  expect(valueOf(collect(other, segment, hubspot))).toBe('hubspot')
  expect(valueOf(collect(other, segment))).toBe('segment')
  expect(valueOf(collect(other, another))).toBe('other')
})

test('third-party values count only where the trait allows them, and other types never', () => {
  const bought = candidate({ value: 'bought', party: 'third' })
  expect(valueOf([bought])).toBeUndefined()
  expect(valueOf([bought], testTrait('city', { allowThirdParty: true }))).toBe('bought')
  expect(valueOf([candidate({ value: 5 })])).toBeUndefined()
})

test('past max_age a value is stale; a fresh one speaks instead, and time says when', () => {
  const trait = testTrait('city', { maxAgeMs: 10 * day })
  const declared = candidate({ value: 'declared', kind: 'declared' })
  const observed = candidate({ value: 'observed', at: epochMs(5 * day) })
  const list = collect(declared, observed)
  expect(valueOf(list, trait, 10 * day - 1)).toBe('declared')
  expect(nextTraitChange(list, trait, definition, epochMs(0))).toBe(10 * day)
  expect(valueOf(list, trait, 10 * day)).toBe('observed')
  expect(nextTraitChange(list, trait, definition, epochMs(10 * day))).toBe(15 * day)
  expect(resolveTrait(list, trait, definition, epochMs(15 * day))).toMatchObject({
    candidate: { value: 'declared' },
    stale: true,
  })
  expect(nextTraitChange([declared], trait, definition, epochMs(0))).toBeNull()
})
