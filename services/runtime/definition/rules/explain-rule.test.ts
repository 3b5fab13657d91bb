import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import type { ProfileReader, Verdict } from '../compiled.ts'
import {
  absent,
  constant,
  day,
  decayed,
  instant,
  names,
  profile,
  ranked,
  rule,
  start,
} from '../testing/rule-bench.ts'
import { createRuleExplainer, type ExplainedRule } from './explain-rule.ts'

const explain = (source: string, reader: ProfileReader): ExplainedRule =>
  createRuleExplainer(names, source)(reader, epochMs(start))

const comparisonOf = (text: string) => explain(text, profile({})).comparison

const tests = [
  'activity >= 2.0',
  'spending * 2.0 + 1.0 < 5.0',
  'orders > 1',
  '3 <= orders',
  'largest > 3.0',
  'age(last_order) > days(3)',
  'now - last_visit <= duration("12h")',
  'has(last_order)',
  '"shoes" in interests',
  'traits.country in ["DE", "AT"]',
  'traits.vip',
  'origin.startsWith("shop")',
]

const source: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...tests),
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => `(${a} || ${b})`),
    tie('rule').map((a) => `!(${a})`),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).rule

const maybe = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(absent) }, { weight: 3, arbitrary: some })
const time = fc.integer({ min: start - 5 * day, max: start })

const reader = fc
  .record({
    activity: maybe(fc.integer({ min: 1, max: 6 }).map((value) => decayed(value, day))),
    spending: maybe(fc.integer({ min: 1, max: 6 }).map((value) => decayed(value, day))),
    orders: maybe(fc.nat(4).map((value) => constant(value))),
    largest: maybe(fc.nat(6).map((value) => constant(value, start + day))),
    last_order: maybe(time.map((at) => instant(at))),
    last_visit: maybe(time.map((at) => instant(at))),
    interests: maybe(fc.constantFrom(ranked('shoes'), ranked('hats'))),
    'traits.country': maybe(fc.constantFrom('DE', 'FR').map((value) => constant(value))),
    'traits.vip': maybe(fc.boolean().map((value) => constant(value))),
    origin: maybe(fc.constantFrom('shop-1', 'till').map((value) => constant(value))),
  })
  .map(profile)

/** Verdicts of tests on which nothing rests. */
const others = fc.array(fc.constantFrom<Verdict>(true, false, 'unknown'), { minLength: 1 })

/** What comes of the parts, by Kleene's tables alone. */
function settle(part: ExplainedRule, verdictOf: (test: ExplainedRule) => Verdict): Verdict {
  const all = part.parts.map((each) => settle(each, verdictOf))
  switch (part.kind) {
    case 'test':
      return verdictOf(part)
    case 'not':
      return all[0] === 'unknown' || all[0] === undefined ? 'unknown' : !all[0]
    case 'choice':
      return (all[0] === 'unknown' ? 'unknown' : all[all[0] === true ? 1 : 2]) ?? 'unknown'
    case 'and':
    case 'or': {
      const settling = part.kind === 'or'
      if (all.includes(settling)) return settling
      return all.includes('unknown') ? 'unknown' : !settling
    }
    default:
      return part.kind satisfies never
  }
}

describe('a rule that is explained', () => {
  it('comes out as the rule itself does, and changes when it does', () => {
    fc.assert(
      fc.property(source, reader, (text, known) => {
        const { changesAt, verdict } = explain(text, known)
        expect({ verdict, changesAt }).toEqual(rule(text).evaluate(known, epochMs(start)))
      }),
    )
  })

  it('rests on the tests that decide: whatever the others say, it comes out the same', () => {
    fc.assert(
      fc.property(source, reader, others, (text, known, said) => {
        let next = 0
        const explained = explain(text, known)
        const told = settle(explained, (test) =>
          test.decides ? test.verdict : (said[next++ % said.length] ?? 'unknown'),
        )
        // A verdict that is unknown rests on what is unknown, and would be another one if the rest settled it.
        fc.pre(explained.verdict !== 'unknown')
        expect(told).toBe(explained.verdict)
      }),
    )
  })

  it('shows its parts as CEL that means the same', () => {
    fc.assert(
      fc.property(source, reader, (text, known) => {
        const { text: printed, verdict } = explain(text, known)
        expect(rule(printed).evaluate(known, epochMs(start)).verdict).toBe(verdict)
        expect(explain(printed, known).text).toBe(printed)
      }),
    )
  })

  it('keeps the parts of one && side by side', () => {
    const { parts } = explain(
      'orders > 1 && (largest > 3.0 && traits.vip) && orders < 9',
      profile({}),
    )
    expect(parts.map(({ text }) => text)).toEqual([
      'orders > 1',
      'largest > 3',
      'traits.vip',
      'orders < 9',
    ])
  })

  it('knows which test compares what with what', () => {
    expect(comparisonOf('3 <= orders')).toEqual({
      of: 'orders',
      isAge: false,
      op: '>=',
      threshold: 3,
    })
    expect(comparisonOf('now - last_order > days(2)')).toEqual({
      of: 'last_order',
      isAge: true,
      op: '>',
      threshold: 2 * day,
    })
    expect(comparisonOf('traits.country == "DE"')).toEqual({
      of: 'traits.country',
      isAge: false,
      op: '==',
      threshold: 'DE',
    })
    expect(comparisonOf('activity * 2.0 > 3.0')).toBe(null)
  })
})
