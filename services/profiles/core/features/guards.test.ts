import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { FeatureState } from '../state.ts'
import { algebraOf } from './algebras.ts'
import { addExact, type Partials, roundExact } from './exact-sum.ts'
import { moneyOfUnits, moneyValue, readMoney } from './money.ts'
import { readNumber } from './numbers.ts'
import { testFeature } from './testing.ts'

const at = (occurredAt: number) => ({ occurredAt: epochMs(occurredAt), source: 's', eventKey: 'k' })

function fold(feature: CompiledFeature, values: readonly Scalar[], stepMs = 1): FeatureState {
  let state: FeatureState | undefined
  for (const [index, value] of values.entries()) {
    const next = algebraOf(feature.kind).update(state, feature, value, 'k', at(index * stepMs))
    if (typeof next === 'string') throw new TypeError(next)
    state = next
  }
  if (state === undefined) throw new TypeError('no values')
  return state
}

describe('values that are no values', () => {
  test.each([
    [Number.NaN, 'not_finite'],
    [Number.POSITIVE_INFINITY, 'not_finite'],
    [1.1e15, 'too_large'],
    ['1e400', 'not_finite'],
    ['0x10', 'not_a_number'],
    ['', 'not_a_number'],
    [true, 'not_a_number'],
    [null, 'not_a_number'],
  ] as const)('the number %s is refused as %s', (value, reason) => {
    expect(readNumber(value)).toBe(reason)
  })

  test('a refused value leaves the state as it was', () => {
    for (const kind of ['decayed_sum', 'decayed_mean', 'sum', 'min', 'max'] as const) {
      const feature = testFeature(kind)
      const state = fold(feature, [1, 2])
      const before = JSON.stringify(state)
      expect(algebraOf(kind).update(state, feature, Number.NaN, null, at(9))).toBe('not_finite')
      expect(JSON.stringify(state)).toBe(before)
    }
  })

  test('a ranking refuses negative weights and keys too long to keep', () => {
    const feature = testFeature('decayed_topk')
    const algebra = algebraOf('decayed_topk')
    expect(algebra.update(undefined, feature, -1, 'a', at(0))).toBe('negative')
    expect(algebra.update(undefined, feature, 1, 'a'.repeat(513), at(0))).toBe('too_long')
  })

  test('first and last refuse what JSON cannot hold', () => {
    const feature = testFeature('last')
    expect(algebraOf('last').update(undefined, feature, Number.NaN, null, at(0))).toBe('not_finite')
  })
})

describe('money', () => {
  test.each([
    [0.1, 1000],
    [19.99, 199_900],
    [-19.99, -199_900],
    ['19.99', 199_900],
    ['-0.00005', -1],
    [-0.00005, -1],
    ['.5', 5000],
    ['900000000000', 9e15],
  ] as const)('%s is %s units', (value, units) => {
    expect(readMoney(value)).toBe(units)
  })

  test.each([
    ['1.2.3', 'not_a_number'],
    ['.', 'not_a_number'],
    ['1e3', 'not_a_number'],
    [Number.NaN, 'not_finite'],
    [1e12, 'too_large'],
    ['1000000000000', 'too_large'],
  ] as const)('%s is refused as %s', (value, reason) => {
    expect(readMoney(value)).toBe(reason)
  })

  test('a sum of cents is the sum of cents', () => {
    const feature = testFeature('sum', { currency: 'EUR' })
    const state = fold(
      feature,
      Array.from({ length: 10_000 }, () => 0.1),
    )
    expect(algebraOf('sum').finalize(state, feature)).toEqual({
      kind: 'money',
      decimal: '1000.0000',
      value: 1000,
    })
  })

  test('a sum beyond 2^53 units stays exact, and past Decimal(18,4) says nothing rather than something wrong', () => {
    const feature = testFeature('sum', { currency: 'EUR' })
    const large = 900_719_925_474.0991
    const state = fold(feature, [large, large, large, '0.0001'])
    expect(algebraOf('sum').finalize(state, feature)).toMatchObject({
      decimal: '2702159776422.2974',
    })
    const beyond = fold(
      feature,
      Array.from({ length: 112 }, () => large),
    )
    expect(algebraOf('sum').finalize(beyond, feature)).toEqual({ kind: 'out_of_range' })
  })

  test('a double that is a whole number of units gives the same money as a bigint', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (units) => {
        expect(moneyOfUnits(units)).toEqual(moneyValue(BigInt(units)))
      }),
    )
    expect(moneyOfUnits(0)).toEqual(moneyValue(0n))
    expect(moneyOfUnits(9_007_199_254_739_999)).toEqual(moneyValue(9_007_199_254_739_999n))
  })

  test('small and negative amounts keep their digits', () => {
    expect(moneyValue(-5n)).toEqual({ kind: 'money', decimal: '-0.0005', value: -0.0005 })
    expect(moneyValue(0n)).toEqual({ kind: 'money', decimal: '0.0000', value: 0 })
  })
})

describe('decay', () => {
  const hour = 3_600_000
  test('an event a century after the last gives no NaN, whatever the half-life', () => {
    const feature = testFeature('decayed_sum', { halfLifeMs: 60_000 })
    const state = fold(feature, [5, 7], 100 * 365 * 24 * hour)
    expect(algebraOf('decayed_sum').finalize(state, feature)).toEqual({
      kind: 'decayed',
      valueAtRef: 7,
    })
  })

  test('a mean of zeros is 0, however far apart', () => {
    const feature = testFeature('decayed_mean', { halfLifeMs: 60_000 })
    const state = fold(feature, [0, 0, -0], 1e12)
    expect(algebraOf('decayed_mean').finalize(state, feature)).toEqual({ kind: 'plain', value: 0 })
  })

  test('a late event counts with its own weight', () => {
    const feature = testFeature('decayed_count', { halfLifeMs: hour })
    const algebra = algebraOf('decayed_count')
    const state = algebra.update(undefined, feature, null, null, at(2 * hour))
    if (typeof state === 'string') throw new TypeError(state)
    expect(algebra.update(state, feature, null, null, at(0))).toEqual([2 * hour, 1.25])
  })
})

describe('top-k', () => {
  const feature = testFeature('decayed_topk', { k: 2, halfLifeMs: 1e9 })
  const algebra = algebraOf('decayed_topk')

  function foldKeys(keys: readonly string[], from?: FeatureState): FeatureState {
    let state = from
    for (const key of keys) {
      const next = algebra.update(state, feature, 1, key, at(0))
      if (typeof next === 'string') throw new TypeError(next)
      state = next
    }
    if (state === undefined) throw new TypeError('no keys')
    return state
  }
  const many = Array.from({ length: 60 }, (_, n) => `k${n}`)

  test('keeps 10 k keys and says how much any key may be missing', () => {
    const state = foldKeys(['top', 'top', 'top', 'second', 'second', ...many])
    const value = algebra.finalize(state, feature)
    expect(value).toEqual({
      kind: 'ranked',
      entries: [
        ['top', 3],
        ['second', 2],
      ],
      errorAtRef: 42,
      totalAtRef: 65,
    })
    expect(state[2]).toHaveLength(20)
  })

  test('the error bound covers what was pruned on both sides of a merge', () => {
    const left = foldKeys(['top', 'top', ...many.slice(0, 30)])
    const right = foldKeys(['top', ...many.slice(30)])
    const value = algebra.finalize(algebra.merge(left, right, feature), feature)
    if (value.kind !== 'ranked') throw new TypeError(value.kind)
    const shown = new Map(value.entries)
    expect(value.entries[0]?.[0]).toBe('top')
    // `top` came three times; the side that met it once had to drop it.
    expect((shown.get('top') ?? 0) + value.errorAtRef).toBeGreaterThanOrEqual(3)
    expect(value.errorAtRef).toBe(63 - 2 - 19)
  })
})

const times2To900 = (partial: number): bigint => BigInt(partial * 2 ** 450 * 2 ** 450)

function sumOf(...values: readonly number[]): number {
  const partials: Partials = []
  for (const value of values) addExact(partials, value)
  return roundExact(partials)
}

describe('exact sums', () => {
  test('adversarial magnitudes stay few doubles', () => {
    const partials: Partials = []
    let exact = 0n
    for (let n = 0; n < 20_000; n += 1) {
      const exponent = (n * 7919) % 900
      const sign = n % 3 === 0 ? -1 : 1
      addExact(partials, sign * 2 ** (40 - exponent))
      exact += BigInt(sign) * 2n ** BigInt(940 - exponent)
      expect(partials.length).toBeLessThanOrEqual(32)
    }
    expect(partials.reduce((sum, partial) => sum + times2To900(partial), 0n)).toBe(exact)
  })

  test('rounds half to even, looking below a tie', () => {
    expect(sumOf(1, 2 ** -53)).toBe(1)
    expect(sumOf(1, 2 ** -53, 2 ** -120)).toBe(1 + 2 ** -52)
    expect(sumOf(1e15, 0.1, -1e15)).toBe(0.1)
    expect(sumOf(0.5, -0.5)).toBe(0)
  })
})

describe('distinct values', () => {
  const feature = testFeature('distinct')
  const many = (count: number): FeatureState =>
    fold(
      feature,
      Array.from({ length: count }, (_, n) => `value ${n}`),
    )

  test('are counted up to 64, and estimated beyond within three standard errors of 3.25 %', () => {
    for (const count of [1, 63, 64])
      expect(algebraOf('distinct').finalize(many(count), feature)).toEqual({
        kind: 'plain',
        value: count,
      })
    for (const count of [65, 500, 3000, 20_000]) {
      const value = algebraOf('distinct').finalize(many(count), feature)
      if (value.kind !== 'plain') throw new TypeError(value.kind)
      expect(Math.abs(Number(value.value) / count - 1)).toBeLessThan(3 * 0.0325)
    }
  })

  test('give the same state however they are split, on both sides of where counting ends', () => {
    const algebra = algebraOf('distinct')
    for (const count of [40, 64, 65, 200]) {
      const whole = many(count)
      const parts = [0, 1, 2].map((part) =>
        fold(
          feature,
          Array.from({ length: count }, (_, n) => `value ${n}`).filter(
            (_, n) => n % 3 === part || n % 7 === part,
          ),
        ),
      )
      const merged = parts.reduce((a, b) => algebra.merge(a, b, feature))
      expect(merged[1]).toEqual(whole[1])
    }
  })

  test('take the same room whatever their number, and a malformed sketch is none', () => {
    expect(JSON.stringify(many(20_000)).length).toBeLessThan(1100)
    expect(algebraOf('distinct').accepts([0, 'abc'])).toBe(false)
    expect(algebraOf('distinct').accepts([0, [3, 2]])).toBe(false)
    expect(algebraOf('distinct').update(undefined, feature, 'a'.repeat(513), null, at(0))).toBe(
      'too_long',
    )
  })
})

describe('windows', () => {
  const feature = testFeature('window_sum', { currency: 'EUR' })
  const year = 365 * 86_400_000

  test('hold no more buckets than the window has and one, over years of events', () => {
    const state = fold(
      feature,
      Array.from({ length: 2000 }, () => 1),
      86_400_000,
    )
    expect(state[1]).toHaveLength(31)
    expect(algebraOf('window_sum').finalize(state, feature)).toMatchObject({ kind: 'steps' })
  })

  test('an event of another century is in no window, and takes none away', () => {
    const algebra = algebraOf('window_sum')
    const state = algebra.update(undefined, feature, 5, null, at(60 * year))
    if (typeof state === 'string') throw new TypeError(state)
    for (const old of [-70 * year, 0, 59 * year]) {
      const next = algebra.update(state, feature, 7, null, at(old))
      expect(next).toBe(state)
    }
    expect(algebra.finalize(state, feature)).toMatchObject({
      steps: [{ value: 0 }, { value: 5, decimal: '5.0000' }, { value: 0 }],
    })
  })

  test('refuse what is no number, and leave the state as it was', () => {
    expect(algebraOf('window_sum').update(undefined, feature, Number.NaN, null, at(0))).toBe(
      'not_finite',
    )
    expect(algebraOf('window_sum').accepts([0, [2, 1], [[1], [1]]])).toBe(false)
  })
})

test('one event has no interval, and a rate of its first day', () => {
  const one = fold(testFeature('interval'), [1])
  expect(algebraOf('interval').finalize(one, testFeature('interval'))).toEqual({ kind: 'none' })
  expect(algebraOf('rate').finalize(one, testFeature('rate'))).toEqual({
    kind: 'rate',
    events: 1,
    firstAt: 0,
  })
})
