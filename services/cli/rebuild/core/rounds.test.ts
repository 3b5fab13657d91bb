import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'

/** Rounds that are fed in all, each with what came while the one before was fed. */
function fed(first: number, perFed: (round: number) => number): readonly number[] {
  const goesOn = createRounds(5000)
  const rounds = [first]
  for (let events = first; goesOn(events) && rounds.length < 1000; rounds.push(events))
    events = Math.round(events * perFed(rounds.length))
  return rounds
}

test('a flow slower than the feed is caught up with, until a round is little', () => {
  expect(fed(1_000_000, () => 0.25)).toEqual([1_000_000, 250_000, 62_500, 15_625, 3906])
})

test('little at once is one round', () => {
  expect(fed(4999, () => 1)).toEqual([4999])
})

test('a flow as fast as the feed, or faster, ends the rounds as soon as they get no smaller', () => {
  expect(fed(15_000, () => 1)).toEqual([15_000, 15_000, 15_000])
  expect(fed(15_000, () => 1.5)).toEqual([15_000, 22_500, 33_750])
})

test('a second round larger than the first is no sign: events may have come faster than they were fed once', () => {
  expect(fed(15_000, (round) => (round === 1 ? 4 : 0.1))).toEqual([15_000, 60_000, 6000, 600])
})

test('whatever comes, they end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (first, shares) => {
        expect(fed(first, (round) => shares[round % shares.length] ?? 0).length).toBeLessThan(1000)
      },
    ),
  )
})
