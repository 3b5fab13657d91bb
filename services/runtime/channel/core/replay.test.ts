import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, offset } from '../../event/ids.ts'
import {
  boundedHistory,
  histories,
  parseIndexes,
  parsePlace,
  placeText,
  readReplay,
  type Replay,
  type SharedHistory,
  writeIndexes,
  writeReplay,
} from './replay.ts'

const anyIndexes = fc
  .uniqueArray(fc.nat(9999), { minLength: 1, maxLength: 200 })
  .map((indexes) => indexes.toSorted((a, b) => a - b))
const anyAttempts = fc.array(
  fc.record({
    attempt: fc.integer({ min: 1, max: 65_535 }),
    failedAt: fc.nat(2 ** 41).map(epochMs),
    stage: fc.constantFrom('decode', 'validate'),
    reason: fc.constantFrom('invalid_json', 'missing_field'),
  }),
  { maxLength: 20 },
)
const anyReplay: fc.Arbitrary<Replay> = fc.record({
  place: fc.record({
    topic: fc.stringMatching(/^[\w.-]{1,40}$/),
    partition: fc.nat(9999),
    offset: fc.nat(2 ** 48).map(offset),
  }),
  attempt: fc.integer({ min: 2, max: 65_535 }),
  receivedAt: fc.option(fc.nat(2 ** 41).map(epochMs)),
  indexes: fc.option(anyIndexes),
  history: fc.array(fc.record({ indexes: fc.option(anyIndexes), attempts: anyAttempts }), {
    maxLength: 5,
  }),
})
const written = (replay: Replay) => {
  const headers = writeReplay({ ...replay, sourceTopic: 'channel.web' })
  return (name: string): string | undefined => headers[name]
}

const read = (headers: Readonly<Record<string, string>>): Replay | null =>
  readReplay((name) => headers[name])

describe('the headers of a replay', () => {
  it('say what was written into them', () => {
    fc.assert(
      fc.property(anyReplay, (replay) => {
        expect(readReplay(written(replay))).toEqual(replay)
      }),
    )
  })

  it('keep the ends of a history that is too long, and stay below what a record may carry', () => {
    const attempts = Array.from({ length: 20 }, (_, n) => ({
      attempt: n + 1,
      failedAt: epochMs(n),
      stage: 'validate',
      reason: 'wrong_time_unit',
    }))
    // The worst case: ten thousand events, no two of which share a history.
    const history = Array.from({ length: 2000 }, (_, n) => ({ indexes: [n * 2], attempts }))
    const replay: Replay = {
      place: { topic: 't', partition: 0, offset: offset(0) },
      attempt: 21,
      receivedAt: null,
      indexes: history.flatMap(({ indexes }) => indexes),
      history: history.slice(0, 700),
    }
    const header = written(replay)
    expect(header('tributary-replay-history')?.length).toBeLessThanOrEqual(64 * 1024)
    const ends = histories(readReplay(header)?.history ?? [])(0)
    expect(ends.map(({ attempt }) => attempt)).toEqual([1, 20])
    expect(written({ ...replay, history })('tributary-replay-history')).toBe(undefined)
  })

  it('that are not ours are no replay, and a history that is not ours is none', () => {
    const of = { 'tributary-replay-of': 'channel.web/0/7', 'tributary-replay-attempt': '2' }
    expect(read({})).toBe(null)
    expect(read({ ...of, 'tributary-replay-of': 'channel.web/0' })).toBe(null)
    expect(read({ ...of, 'tributary-replay-attempt': '1' })).toBe(null)
    expect(read({ ...of, 'tributary-replay-attempt': '70000' })).toBe(null)
    for (const history of ['', '{', '7', '[[7]]', '[["x",[]]]', '[[null,[[1,2,"Ada!","x"]]]]'])
      expect(
        histories(read({ ...of, 'tributary-replay-history': history })?.history ?? [])(null),
      ).toEqual([])
  })
})

describe('indexes', () => {
  it('are written as ranges', () => {
    expect(writeIndexes([0, 1, 2, 3, 7, 9, 10])).toBe('0-3,7,9-10')
  })

  it('are read back, and nothing else is', () => {
    fc.assert(
      fc.property(anyIndexes, (indexes) => {
        expect(parseIndexes(writeIndexes(indexes))).toEqual(indexes)
      }),
    )
    for (const text of ['', '3-1', '1,1', '5,2', '-1', '1-', 'a', '0-99999999', '0-200000'])
      expect(parseIndexes(text)).toBe(null)
  })
})

it('a place is topic, partition and offset', () => {
  expect(parsePlace('prefix.channel.web/3/12')).toEqual({
    topic: 'prefix.channel.web',
    partition: 3,
    offset: 12,
  })
  expect(placeText({ topic: 'a', partition: 3, offset: offset(12) })).toBe('a/3/12')
  for (const text of ['a', 'a/b/c', 'a/1', '/1/2', 'a/1/2/3', 'a b/1/2'])
    expect(parsePlace(text)).toBe(null)
})

const attempt = (n: number) => ({
  attempt: n,
  failedAt: epochMs(n),
  stage: 'decode',
  reason: 'invalid_json',
})

it('of many tries the first and the last are kept', () => {
  const tries = Array.from({ length: 30 }, (_, n) => attempt(n + 1))
  expect(boundedHistory(tries).map((one) => one.attempt)).toEqual([
    1,
    ...Array.from({ length: 19 }, (_, n) => n + 12),
  ])
  expect(boundedHistory(tries.slice(0, 20))).toHaveLength(20)
  expect(boundedHistory(tries, 1)).toEqual([attempt(1)])
})

it('an event has its own history, or that of the record as a whole', () => {
  const shared: readonly SharedHistory[] = [
    { indexes: [1, 2], attempts: [attempt(1)] },
    { indexes: null, attempts: [attempt(2)] },
  ]
  const of = histories(shared)
  expect(of(2)).toEqual([attempt(1)])
  expect(of(3)).toEqual([attempt(2)])
  expect(of(null)).toEqual([attempt(2)])
  expect(histories([])(0)).toEqual([])
})
