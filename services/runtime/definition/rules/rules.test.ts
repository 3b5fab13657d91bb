import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import type { Reading, Verdict } from '../compiled.ts'
import {
  constant,
  day,
  decayed,
  instant,
  problem,
  profile,
  paced,
  ranked,
  rule,
  start,
  steps,
} from '../testing/rule-bench.ts'

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

  it('comes out of a window with the bucket that takes it below, not with each that leaves', () => {
    const reader = profile({
      orders_lately: steps([
        [start - day, 5],
        [start + day, 4],
        [start + 3 * day, 2],
        [start + 9 * day, 0],
      ]),
    })
    expect(rule('orders_lately >= 2').evaluate(reader, epochMs(start))).toEqual({
      verdict: true,
      changesAt: start + 9 * day,
    })
    expect(rule('orders_lately >= 3').evaluate(reader, epochMs(start)).changesAt).toBe(
      start + 3 * day,
    )
    expect(rule('orders_lately >= 0').evaluate(reader, epochMs(start)).changesAt).toBeNull()
    expect(verdict('orders_lately == 0 && pace < 1', {})).toBe(true)
  })

  it('falls with the days since the first event, to the millisecond', () => {
    const reader = profile({ pace: paced(10, start) })
    expect(rule('pace > 2').evaluate(reader, epochMs(start))).toEqual({
      verdict: true,
      changesAt: start + 5 * day,
    })
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
