import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import type { CompiledRule, FeatureKind, ProfileReader, Reading, Verdict } from '../compiled.ts'
import { decayedAt, roundSignificant } from './crossing.ts'
import { compileRule } from './compile-rule.ts'
import type { FeatureDefinition, TraitDefinition } from '../schema.ts'
import { ruleNames } from './names.ts'

const feature = (name: string, kind: FeatureKind): FeatureDefinition => ({
  name,
  kind,
  events: ['page_viewed'],
  include_machine: false,
  purpose: 'p',
  description: 'd',
})
const trait = (name: string, type: TraitDefinition['type']): TraitDefinition => ({
  name,
  type,
  purpose: 'p',
  third_party: false,
  description: 'd',
})

const names = ruleNames({
  features: [
    feature('activity', 'decayed_count'),
    feature('spending', 'decayed_sum'),
    feature('orders', 'count'),
    feature('largest', 'max'),
    feature('origin', 'first'),
    feature('last_order', 'last_seen'),
    feature('last_visit', 'last_seen'),
    feature('interests', 'decayed_topk'),
  ],
  traits: [trait('country', 'string'), trait('vip', 'boolean'), trait('age_years', 'number')],
})

const start = 1_780_000_000_000
const hour = 3_600_000
const day = 24 * hour

function rule(source: string): CompiledRule {
  const outcome = compileRule(names, source)
  if (!outcome.ok) throw new Error(`${source}: ${outcome.problem.message}`)
  return outcome.value
}

function problem(source: string): { offset: number; message: string; hint: string | null } {
  const outcome = compileRule(names, source)
  if (outcome.ok) throw new Error(`${source} compiles`)
  return outcome.problem
}

const absent: Reading = { kind: 'absent' }

function profile(readings: Readonly<Record<string, Reading>>): ProfileReader {
  return {
    feature: (name) => readings[name] ?? absent,
    trait: (name) => readings[`traits.${name}`] ?? absent,
  }
}

const constant = (value: string | number | boolean, staleAt?: number): Reading => ({
  kind: 'constant',
  value,
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})
const decayed = (valueAtRef: number, halfLifeMs: number, refTime = start): Reading => ({
  kind: 'decayed',
  valueAtRef,
  refTime: epochMs(refTime),
  halfLifeMs,
  staleAt: null,
})
const instant = (at: number, staleAt?: number): Reading => ({
  kind: 'instant',
  at: epochMs(at),
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})
const ranked = (...keys: string[]): Reading => ({ kind: 'ranked', keys, staleAt: null })

const verdict = (source: string, readings: Readonly<Record<string, Reading>>): Verdict =>
  rule(source).evaluate(profile(readings), epochMs(start)).verdict

describe('a rule', () => {
  it('reads sums, counts and decaying features that never happened as zero', () => {
    expect(verdict('orders == 0 && activity < 0.5 && spending <= 0', {})).toBe(true)
  })

  it('does not know an extreme, a first value, a last time or a trait that is not there', () => {
    for (const source of [
      'largest > 3',
      'origin == "shop"',
      'age(last_order) > days(3)',
      'traits.country == "DE"',
      '!traits.vip',
    ])
      expect(verdict(source, {})).toBe('unknown')
  })

  it('finds nothing in a ranking that is empty', () => {
    expect(verdict('"shoes" in interests', {})).toBe(false)
    expect(verdict('size(interests) == 0', {})).toBe(true)
    expect(verdict('top(interests) == "shoes"', {})).toBe('unknown')
    expect(
      verdict('top(interests) == "shoes" && "hats" in interests', {
        interests: ranked('shoes', 'hats'),
      }),
    ).toBe(true)
  })

  it('follows three-valued logic: what decides alone decides, whatever else is unknown', () => {
    expect(verdict('orders > 1 && largest > 3', { orders: constant(1) })).toBe(false)
    expect(verdict('orders > 1 || largest > 3', { orders: constant(2) })).toBe(true)
    expect(verdict('orders > 1 && largest > 3', { orders: constant(2) })).toBe('unknown')
    expect(verdict('!(largest > 3)', {})).toBe('unknown')
    expect(
      verdict('orders > 1 ? traits.vip : false', {
        orders: constant(2),
        'traits.vip': constant(true),
      }),
    ).toBe(true)
  })

  it('asks with has() whether something is there and fresh', () => {
    expect(verdict('has(last_order) || has(traits.country)', {})).toBe(false)
    expect(verdict('has(features.last_order)', { last_order: instant(start) })).toBe(true)
    const stale = rule('has(last_order)').evaluate(
      profile({ last_order: instant(start, start + 5) }),
      epochMs(start),
    )
    expect(stale).toEqual({ verdict: true, changesAt: start + 5 })
  })

  it('is unknown from the millisecond at which what it reads is stale', () => {
    const reader = profile({ orders: constant(3, start + day) })
    expect(rule('orders > 1').evaluate(reader, epochMs(start))).toEqual({
      verdict: true,
      changesAt: start + day,
    })
    expect(rule('orders > 1').evaluate(reader, epochMs(start + day))).toEqual({
      verdict: 'unknown',
      changesAt: null,
    })
  })

  it('takes a bare name and features.name for the same', () => {
    const reader = { orders: constant(3) }
    expect(verdict('features.orders == orders', reader)).toBe(true)
    expect(rule('features.orders > 1 && traits.vip').readsFeatures).toEqual(['orders'])
    expect(rule('features.orders > 1 && traits.vip').readsTraits).toEqual(['vip'])
  })

  it('compares texts and lists', () => {
    const reader = {
      'traits.country': constant('DE'),
      origin: constant('shop-7'),
      orders: constant(2),
    }
    expect(
      verdict(
        'traits.country in ["DE", "AT"] && origin.startsWith("shop") && orders in [1, 2]',
        reader,
      ),
    ).toBe(true)
    expect(verdict('origin == 3', reader)).toBe(false)
    expect(verdict('size(origin) == 6 && orders * 2 + 1 == 5', reader)).toBe(true)
  })

  it('halves a value in a half-life, to the millisecond', () => {
    const result = rule('activity >= 2').evaluate(
      profile({ activity: decayed(4, day) }),
      epochMs(start),
    )
    // At exactly one half-life the value is 2, so the rule holds there still.
    expect(result).toEqual({ verdict: true, changesAt: start + day + 1 })
    expect(
      rule('activity > 2').evaluate(profile({ activity: decayed(4, day) }), epochMs(start))
        .changesAt,
    ).toBe(start + day)
  })

  it('never changes by time when the value can never meet the threshold', () => {
    expect(
      rule('activity < 5').evaluate(profile({ activity: decayed(4, day) }), epochMs(start))
        .changesAt,
    ).toBe(null)
    expect(
      rule('activity >= 0').evaluate(profile({ activity: decayed(4, day) }), epochMs(start))
        .changesAt,
    ).toBe(null)
  })

  it('solves for linear functions of a decaying value', () => {
    const reader = profile({ spending: decayed(100, day) })
    const at = epochMs(start)
    expect(rule('spending * 2 + 10 > 110').evaluate(reader, at).changesAt).toBe(start + day)
    expect(rule('100 - spending < 50').evaluate(reader, at).changesAt).toBe(start + day)
    expect(
      rule('spending > orders').evaluate(
        profile({ spending: decayed(100, day), orders: constant(50) }),
        at,
      ).changesAt,
    ).toBe(start + day)
  })

  it('knows when an age passes a duration, in any spelling', () => {
    const reader = profile({ last_order: instant(start - day) })
    for (const source of [
      'age(last_order) > days(30)',
      'now - last_order > days(30)',
      'age(last_order) > duration("720h")',
      'age(last_order) > duration("30d")',
      'days(30) < age(last_order)',
      'age(last_order) > hours(720)',
    ])
      expect(rule(source).evaluate(reader, epochMs(start))).toEqual({
        verdict: false,
        changesAt: start + 29 * day + 1,
      })
    expect(rule('age(last_order) >= days(30)').evaluate(reader, epochMs(start)).changesAt).toBe(
      start + 29 * day,
    )
  })

  it('reads the age of an event in the near future as zero', () => {
    const reader = profile({ last_order: instant(start + 1000) })
    expect(rule('age(last_order) <= days(0)').evaluate(reader, epochMs(start))).toEqual({
      verdict: true,
      changesAt: start + 1001,
    })
  })

  it('lets a campaign begin and end by the clock', () => {
    const reader = profile({})
    const opens = new Date(start + day).toISOString()
    expect(rule(`now >= timestamp("${opens}")`).evaluate(reader, epochMs(start))).toEqual({
      verdict: false,
      changesAt: start + day,
    })
  })

  it('is evaluated again only when the last of several refusals may fall', () => {
    const reader = profile({ last_order: instant(start), last_visit: instant(start) })
    const result = rule('age(last_order) > days(3) && age(last_visit) > days(9)').evaluate(
      reader,
      epochMs(start),
    )
    expect(result).toEqual({ verdict: false, changesAt: start + 9 * day + 1 })
  })
})

describe('a rule is refused', () => {
  it.each([
    ['activity > spending', 'both change with time'],
    ['activity + orders > 3', 'mixes a decaying value'],
    ['activity * spending > 3', 'mixes a decaying value'],
    ['1 / activity > 3', 'mixes a decaying value'],
    ['activity == 2.0', 'exactly equal'],
    ['age(last_order) == days(3)', 'exactly equal'],
    ['age(last_order) > age(last_visit)', 'both change with time'],
    ['now - days(30) > last_order', 'next change is not computable'],
    ['orders >', 'ends too early'],
    ['orders', 'not true or false'],
    ['orders > "3"', 'does not fit'],
    ['orders % 2 == 1', ''],
    ['origin.matches("(a+)+$")', 'matches() is no condition'],
    ['nonsense > 3', 'nonsense'],
    ['traits.nonsense == "x"', 'nonsense'],
    ['days(orders) < age(last_order)', ''],
    ['activity in [1.0, 2.0]', 'changes with time'],
    ['orders > 7 / 2', 'whole numbers'],
    ['age(last_order) > duration("a while")', 'no duration'],
    ['[1, 2].exists(x, x == orders)', ''],
  ])('%s', (source, message) => {
    expect(problem(source).message).toContain(message)
  })

  it('at the place of the mistake, with how to write it instead', () => {
    const { offset, hint } = problem('orders > 1 && activity > spending')
    expect(offset).toBe(14)
    expect(hint).toContain('constant')
  })
})

// The oracle reads every instant anew and looks for nothing in between.
const halfLives = fc.integer({ min: 60_000, max: 400 * day })
const times = fc.integer({ min: start - 60 * day, max: start + 2 * day })
const staleness = fc.option(fc.integer({ min: start - 5 * day, max: start + 90 * day }), {
  nil: undefined,
})
const amounts = fc.double({ min: -1e6, max: 1e6, noNaN: true })

const decayedReading = fc.record({
  kind: fc.constant('decayed' as const),
  valueAtRef: amounts,
  refTime: times.map(epochMs),
  halfLifeMs: halfLives,
  staleAt: staleness.map((at) => (at === undefined ? null : epochMs(at))),
})
const readings = fc.record({
  activity: fc.oneof(fc.constant(absent), decayedReading),
  spending: fc.oneof(fc.constant(absent), decayedReading),
  orders: fc.oneof(
    fc.constant(absent),
    fc.tuple(fc.integer({ min: 0, max: 5 }), staleness).map(([value, at]) => constant(value, at)),
  ),
  last_order: fc.oneof(
    fc.constant(absent),
    fc.tuple(times, staleness).map(([at, staleAt]) => instant(at, staleAt)),
  ),
})

const operator = fc.constantFrom('>', '>=', '<', '<=')
const threshold = fc.oneof(
  fc.integer({ min: -10, max: 1000 }).map(String),
  fc.double({ min: 1e-9, max: 1e5, noNaN: true }).map((value) => value.toFixed(12)),
)
const leaf = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('activity', 'spending', 'activity * 3', 'spending - 2', '10 - activity'),
      operator,
      threshold,
    )
    .map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constant('orders'), operator, fc.integer({ min: 0, max: 4 }).map(String))
    .map((parts) => parts.join(' ')),
  fc
    .tuple(operator, fc.integer({ min: 0, max: 70 }))
    .map(([op, days]) => `age(last_order) ${op} days(${days})`),
  fc.constantFrom('has(last_order)', 'has(activity)', 'spending > orders'),
)
const ruleText = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .tuple(tie('rule'), fc.constantFrom('&&', '||'), tie('rule'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('rule').map((inner) => `!(${inner})`),
    fc
      .tuple(tie('rule'), tie('rule'), tie('rule'))
      .map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
  ),
})).rule

describe('the next change of a rule', () => {
  it('never comes later than promised: the verdict is the same at every instant before it', () => {
    fc.assert(
      fc.property(
        ruleText,
        readings,
        times,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
          minLength: 20,
          maxLength: 20,
        }),
        (source, values, at, picks) => {
          const compiled = rule(source)
          const reader = profile(values)
          const now = compiled.evaluate(reader, epochMs(at))
          const end = now.changesAt ?? at + 2000 * day
          expect(end).toBeGreaterThan(at)
          const probes = [
            at,
            at + 1,
            end - 1,
            end - 2,
            end - 1000,
            ...picks.map((pick) => at + Math.floor(pick * (end - at))),
          ]
          const seen = probes
            .filter((probe) => probe >= at && probe < end)
            .map((probe) => compiled.evaluate(reader, epochMs(probe)).verdict)
          expect(new Set(seen)).toEqual(new Set([now.verdict]))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is the exact millisecond for a single decaying value, as a search from one instant to the next finds it', () => {
    fc.assert(
      fc.property(decayedReading, operator, threshold, times, (reading, op, limit, at) => {
        const holds = (t: number): boolean => {
          const value = roundSignificant(decayedAt(reading, t))
          const bound = Number(limit)
          return op === '>'
            ? value > bound
            : op === '>='
              ? value >= bound
              : op === '<'
                ? value < bound
                : value <= bound
        }
        const fresh = { ...reading, staleAt: null }
        const { verdict: now, changesAt } = rule(`activity ${op} ${limit}`).evaluate(
          profile({ activity: fresh }),
          epochMs(at),
        )
        expect(now).toBe(holds(at))
        const flip = changesAt ?? 8.64e15
        expect(holds(flip - 1)).toBe(now)
        expect(holds(flip)).toBe(changesAt === null ? now : !now)
      }),
      { numRuns: 2000 },
    )
  })
})
