import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import type { Reading, Verdict } from '../compiled.ts'
import {
  absent,
  constant,
  day,
  decayed,
  instant,
  profile,
  paced,
  ranked,
  rule,
  start,
  steps,
} from '../testing/rule-bench.ts'

// A naive reading of rules, written from the documentation: it evaluates one instant and knows nothing of the next.
type Values = Readonly<Record<string, Reading>>
type Naive = (values: Values, t: number) => Verdict
interface Stated {
  readonly text: string
  readonly naive: Naive
}

const stale = (reading: Reading, t: number): boolean =>
  reading.kind !== 'absent' && reading.staleAt !== null && t >= reading.staleAt

const twelveDigits = (value: number): number => Number(value.toPrecision(12))

/** A number of a feature at an instant: absent reads as zero, stale as unknown. */
function numberAt(values: Values, name: string, t: number): number | 'unknown' {
  const reading = values[name] ?? absent
  if (reading.kind === 'absent') return 0
  if (stale(reading, t)) return 'unknown'
  if (reading.kind === 'constant') return Number(reading.value)
  if (reading.kind === 'steps') {
    const passed = reading.steps.filter(({ from }) => from <= t)
    return Number((passed.at(-1) ?? reading.steps[0])?.value)
  }
  if (reading.kind === 'rate')
    return twelveDigits(reading.events / Math.max(1, (t - reading.firstAt) / day))
  if (reading.kind !== 'decayed') return 'unknown'
  const ageMs = Math.max(0, t - reading.refTime)
  return twelveDigits(reading.valueAtRef * 2 ** (-ageMs / reading.halfLifeMs))
}

function ordered(op: string, a: number, b: number): boolean {
  if (op === '>') return a > b
  if (op === '>=') return a >= b
  return op === '<' ? a < b : a <= b
}

const times = fc.integer({ min: start - 60 * day, max: start + 2 * day })
const staleAt = fc.option(fc.integer({ min: start - 5 * day, max: start + 90 * day }).map(epochMs))
const orAbsent = (reading: fc.Arbitrary<Reading>): fc.Arbitrary<Reading> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(absent) }, { weight: 4, arbitrary: reading })

const decayedReading = fc.record({
  kind: fc.constant('decayed' as const),
  valueAtRef: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  refTime: times.map(epochMs),
  halfLifeMs: fc.integer({ min: 60_000, max: 400 * day }),
  staleAt,
})
const anyValues: fc.Arbitrary<Values> = fc.record({
  activity: orAbsent(decayedReading),
  spending: orAbsent(decayedReading),
  orders: orAbsent(
    fc.tuple(fc.nat(5), staleAt).map(([value, at]) => constant(value, at ?? undefined)),
  ),
  orders_lately: orAbsent(
    fc
      .tuple(fc.array(fc.tuple(times, fc.nat(5)), { minLength: 1, maxLength: 8 }), staleAt)
      .map(([pairs, end]) =>
        steps(
          pairs.toSorted(([a], [b]) => a - b),
          end ?? undefined,
        ),
      ),
  ),
  pace: orAbsent(
    fc
      .tuple(fc.integer({ min: 1, max: 50 }), times, staleAt)
      .map(([events, since, end]) => paced(events, since, end ?? undefined)),
  ),
  last_order: orAbsent(fc.tuple(times, staleAt).map(([at, end]) => instant(at, end ?? undefined))),
  interests: orAbsent(fc.subarray(['shoes', 'hats']).map((keys) => ranked(...keys))),
  'traits.vip': orAbsent(
    fc.tuple(fc.boolean(), staleAt).map(([value, at]) => constant(value, at ?? undefined)),
  ),
})

const operator = fc.constantFrom('>', '>=', '<', '<=')
const threshold = fc.oneof(
  fc.integer({ min: -10, max: 1000 }).map(String),
  fc.double({ min: 1e-9, max: 1e5, noNaN: true }).map((value) => value.toFixed(12)),
)
const linear: readonly (readonly [string, string, (value: number) => number])[] = [
  ['activity', 'activity', (value) => value],
  ['features.spending', 'spending', (value) => value],
  ['activity * 3', 'activity', (value) => value * 3],
  ['spending - 2', 'spending', (value) => value - 2],
  ['10 - activity', 'activity', (value) => 10 - value],
  ['pace', 'pace', (value) => value],
  ['pace * 7', 'pace', (value) => value * 7],
  ['orders_lately', 'orders_lately', (value) => value],
  ['orders_lately * 2 + 1', 'orders_lately', (value) => value * 2 + 1],
]

const numeric: fc.Arbitrary<Stated> = fc
  .tuple(
    fc.constantFrom(...linear, ['orders', 'orders', (value: number) => value] as const),
    operator,
    threshold,
    fc.boolean(),
  )
  .map(([[text, name, apply], op, bound, swapped]) => {
    const mirrored = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' }[op]
    return {
      text: swapped ? `${bound} ${mirrored} ${text}` : `${text} ${op} ${bound}`,
      naive: (values, t) => {
        const value = numberAt(values, name, t)
        return value === 'unknown' ? value : ordered(op, apply(value), Number(bound))
      },
    }
  })

const ages: fc.Arbitrary<Stated> = fc
  .tuple(fc.constantFrom('age(last_order)', 'now - last_order'), operator, fc.nat(70))
  .map(([text, op, days]) => ({
    text: `${text} ${op} days(${days})`,
    naive: (values, t) => {
      const reading = values['last_order'] ?? absent
      if (reading.kind !== 'instant' || stale(reading, t)) return 'unknown'
      return ordered(op, Math.max(0, t - reading.at), days * day)
    },
  }))

const presence: fc.Arbitrary<Stated> = fc
  .constantFrom('last_order', 'activity', 'orders')
  .map((name) => ({
    text: `has(${name})`,
    naive: (values, t) => {
      const reading = values[name] ?? absent
      return reading.kind !== 'absent' && !stale(reading, t)
    },
  }))

const others: fc.Arbitrary<Stated> = fc.constantFrom<Stated>(
  {
    text: 'traits.vip',
    naive: (values, t) => {
      const reading = values['traits.vip'] ?? absent
      return reading.kind !== 'constant' || stale(reading, t) ? 'unknown' : reading.value === true
    },
  },
  {
    text: '"shoes" in interests',
    naive: (values) => {
      const reading = values['interests'] ?? absent
      return reading.kind === 'ranked' && reading.keys.includes('shoes')
    },
  },
  {
    text: 'spending > orders',
    naive: (values, t) => {
      const a = numberAt(values, 'spending', t)
      const b = numberAt(values, 'orders', t)
      return a === 'unknown' || b === 'unknown' ? 'unknown' : a > b
    },
  },
  { text: `now >= timestamp("${new Date(start).toISOString()}")`, naive: (_, t) => t >= start },
)

function join(a: Stated, op: '&&' | '||', b: Stated): Stated {
  const decides = op === '||'
  return {
    text: `(${a.text} ${op} ${b.text})`,
    naive: (values, t) => {
      const both = [a.naive(values, t), b.naive(values, t)]
      if (both.includes(decides)) return decides
      return both.includes('unknown') ? 'unknown' : !decides
    },
  }
}

const negate = (inner: Stated): Stated => ({
  text: `!(${inner.text})`,
  naive: (values, t) => {
    const verdict = inner.naive(values, t)
    return verdict === 'unknown' ? verdict : !verdict
  },
})

const choose = (test: Stated, yes: Stated, no: Stated): Stated => ({
  text: `(${test.text} ? ${yes.text} : ${no.text})`,
  naive: (values, t) => {
    const verdict = test.naive(values, t)
    if (verdict === 'unknown') return verdict
    return verdict ? yes.naive(values, t) : no.naive(values, t)
  },
})

const anyRule = fc.letrec<{ rule: Stated }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(numeric, ages, presence, others),
    fc
      .tuple(tie('rule'), fc.constantFrom('&&' as const, '||' as const), tie('rule'))
      .map(([a, op, b]) => join(a, op, b)),
    tie('rule').map(negate),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map(([test, yes, no]) => choose(test, yes, no)),
  ),
})).rule

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the next change of a rule', () => {
  it('never comes later than promised: until then every instant has the verdict of the naive reading', () => {
    fc.assert(
      fc.property(
        anyRule,
        anyValues,
        times,
        fc.array(share, { minLength: 20, maxLength: 20 }),
        ({ text, naive }, values, at, shares) => {
          const now = rule(text).evaluate(profile(values), epochMs(at))
          const end = now.changesAt ?? at + 2000 * day
          expect(end).toBeGreaterThan(at)
          const inside = shares.map((part) => at + Math.floor(part * (end - at)))
          const probes = [at, at + 1, end - 1000, end - 2, end - 1, ...inside]
          const seen = probes.filter((t) => t >= at && t < end).map((t) => naive(values, t))
          expect(new Set(seen)).toEqual(new Set([now.verdict]))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('comes, at its instant, with the verdict of the naive reading, all along a chain of changes', () => {
    fc.assert(
      fc.property(anyRule, anyValues, times, ({ text, naive }, values, at) => {
        const compiled = rule(text)
        let next: number | null = at
        for (let step = 0; step < 12 && next !== null; step += 1) {
          const result = compiled.evaluate(profile(values), epochMs(next))
          expect(result.verdict).toBe(naive(values, next))
          next = result.changesAt
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('is the exact millisecond for a single comparison', () => {
    fc.assert(
      fc.property(fc.oneof(numeric, ages), anyValues, times, ({ text, naive }, values, at) => {
        const { verdict, changesAt } = rule(text).evaluate(profile(values), epochMs(at))
        const flip = changesAt ?? 8.64e15
        expect(naive(values, flip - 1)).toBe(verdict)
        expect(naive(values, flip) !== verdict).toBe(changesAt !== null)
      }),
      { numRuns: 3000 },
    )
  })

  it('compares numbers as rounded to 12 digits, however close they are to the threshold', () => {
    const digits = fc.integer({ min: 1, max: 999_999_999 }).map((number) => number / 1000)
    const parts = fc.double({ min: -3e-11, max: 3e-11, noNaN: true })
    const ops = fc.constantFrom('<', '<=', '>', '>=')
    fc.assert(
      fc.property(digits, parts, ops, (limit, part, op) => {
        const value = limit * (1 + part)
        const order = Number(value.toPrecision(12)) - limit
        const readings = { activity: decayed(value, day) }
        const { verdict } = rule(`activity ${op} ${limit.toFixed(3)}`).evaluate(
          profile(readings),
          epochMs(start),
        )
        expect(verdict).toBe(
          op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0,
        )
      }),
      { numRuns: 2000 },
    )
  })
})
