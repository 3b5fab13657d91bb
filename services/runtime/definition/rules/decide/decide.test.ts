import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../../test/support/cpu.ts'
import { epochMs } from '../../../event/ids.ts'
import type { Reading, Verdict } from '../../compiled.ts'
import type { FeatureDefinition, SegmentDefinition, TraitDefinition } from '../../schema.ts'
import { absent, constant, day, hour, profile, ranked, start } from '../../testing/rule-bench.ts'
import { parsePipeline } from '../../parse-pipeline.ts'
import { featureText, pipelineText, segmentText } from '../../testing/pipeline-text.ts'
import { compileRule } from '../compile-rule.ts'
import { ruleNames } from '../names.ts'
import { lintRules } from './lint-rules.ts'
import { createQuestions, type Questions, type ReadSegment } from './questions.ts'
import type { Limits } from './search.ts'

const feature = (
  name: string,
  kind: FeatureDefinition['kind'],
  max_age?: string,
): FeatureDefinition => ({
  name,
  kind,
  events: ['page_viewed'],
  include_machine: false,
  purpose: 'p',
  description: 'd',
  ...(kind === 'decayed_topk' ? { k: 3 } : {}),
  ...(max_age === undefined ? {} : { max_age }),
})
const trait = (name: string, type: TraitDefinition['type']): TraitDefinition => ({
  name,
  type,
  purpose: 'p',
  third_party: false,
  description: 'd',
})
const features = [
  feature('activity', 'decayed_count'),
  feature('spending', 'decayed_sum'),
  feature('orders', 'count'),
  feature('largest', 'max'),
  feature('origin', 'first'),
  feature('last_order', 'last_seen'),
  feature('last_visit', 'last_seen', '30d'),
  feature('interests', 'decayed_topk'),
  feature('visits', 'window_count'),
  feature('pace', 'rate'),
  feature('gap', 'interval'),
]
const traits = [trait('country', 'string'), trait('vip', 'boolean'), trait('age_years', 'number')]

const segment = (name: string, more: Partial<SegmentDefinition>): SegmentDefinition => ({
  name,
  description: 'd',
  owner: 'o',
  objective: 'o',
  success_metric: { event: 'page_viewed', aggregation: 'count', window: '1d', direction: 'up' },
  review_by: '2027-01-01',
  enter: 'true',
  priority: 100,
  purpose: 'p',
  ...more,
})

function ask(enter: string, exit?: string): { questions: Questions; one: ReadSegment } {
  const segments = [segment('s', exit === undefined ? { enter } : { enter, exit })]
  const questions = createQuestions({ features, traits, segments })
  const [one] = questions.segments
  if (one === undefined) throw new Error(`${enter} / ${exit} is no rule`)
  return { questions, one }
}

function askTwo(a: Partial<SegmentDefinition>, b: Partial<SegmentDefinition>) {
  const segments = [segment('a', a), segment('b', b)]
  const questions = createQuestions({ features, traits, segments })
  const [first, second] = questions.segments
  if (first === undefined || second === undefined) throw new Error('no rules')
  return { questions, first, second }
}

const canEnter = (enter: string): string => {
  const { one, questions } = ask(enter)
  return questions.canEnter(one).kind
}

describe('that a rule can never hold', () => {
  it.each([
    'activity > 5 && activity < 3',
    'activity < 0',
    'orders > 2 && orders < 3',
    'orders == 0 && orders >= 1',
    'activity * 2 + 1 > 5 && activity < 2',
    '10 - activity > 11',
    'traits.country == "DE" && traits.country == "FR"',
    'traits.country in ["DE", "FR"] && traits.country == "IT"',
    'traits.country < "A" && traits.country > "B"',
    'traits.vip && !traits.vip',
    'age(last_order) > days(30) && age(last_order) < days(7)',
    'age(last_order) < days(0)',
    'now - last_order > days(2) && age(last_order) <= hours(48)',
    'last_order < last_visit && last_visit < last_order',
    'last_order < last_visit && age(last_order) < days(1) && age(last_visit) > days(2)',
    'last_order > timestamp("2027-01-01T00:00:00Z") && now < timestamp("2027-01-01T00:00:00Z") && age(last_order) > days(1)',
    'has(last_order) && !has(last_order)',
    '!has(largest) && largest > 3',
    '"shoes" in interests && size(interests) == 0',
    'top(interests) == "shoes" && !("shoes" in interests)',
    'size(interests) > 3',
    '"a" in interests && "b" in interests && size(interests) < 2',
    // Older than its max_age of 30 days it is unknown, and unknown never enters.
    'age(last_visit) > days(30)',
    'spending > largest && largest > 3 && spending < 3',
    // Whole numbers: between 2 and 4 lies one alone.
    'orders > visits && visits > 2 && orders < 4',
    'orders > 5 ? activity < 0 : orders > 7',
    '!(orders >= 0)',
    'traits.country.startsWith("D") && traits.country == "FR"',
    'visits > 2 && visits < 3',
    'pace < 0 || gap < 0',
    'false',
  ])('%s', (enter) => {
    expect(canEnter(enter)).toBe('never')
  })

  it.each([
    'activity > 5 || activity < 3',
    'orders > 2 && orders < 4',
    'spending < 0',
    'traits.country != "DE" && traits.country != "FR"',
    'traits.country > "A" && traits.country < "B"',
    'last_order < last_visit && age(last_order) > days(1)',
    'age(last_order) <= days(0)',
    'age(last_visit) > days(29)',
    '!has(orders) && orders == 0',
    'spending > largest && largest > 3',
    'orders > visits && visits > 2 && orders < 5',
    'spending > largest && largest > 2 && spending < 4',
    'size(interests) == 3 && top(interests) == "a" && "b" in interests',
    'traits.country.startsWith("D") && traits.country.endsWith("E")',
    'origin == "shop" || origin == 3',
    'visits == 0 && pace <= 0 && !has(gap)',
    '!has(interests) && size(interests) == 0',
    'activity / 3 <= 0 || activity / 3 > 0.1',
  ])('and that it can: %s', (enter) => {
    expect(canEnter(enter)).toBe('possible')
  })

  it.each([
    'orders / largest > 0.5 && largest / orders < 0',
    'size(traits.country) > 3 && orders > 1',
    'traits.country.startsWith("D") && traits.country.startsWith("F")',
  ])('is undecided where it rests on what intervals cannot tell: %s', (enter) => {
    expect(canEnter(enter)).toBe('opaque')
  })

  it('is decided though a part is opaque, if the rest decides it', () => {
    expect(canEnter('orders / largest > 0.5 && orders < 0')).toBe('never')
    expect(canEnter('orders / largest > 0.5 || orders > 3')).toBe('possible')
    expect(canEnter('orders / largest > 0.5 && !(orders / largest > 0.5)')).toBe('never')
  })

  it('says how, with values that the rule itself accepts', () => {
    const { one, questions } = ask(
      'orders > 2 && traits.country == "DE" && age(last_order) < days(3)',
    )
    expect(questions.canEnter(one)).toEqual({
      kind: 'possible',
      world: ['orders is above 2', 'traits.country is "DE"', 'age(last_order) < days(3)'],
    })
  })
})

describe('that a rule always holds', () => {
  it.each([
    'true',
    'orders >= 0',
    'activity > 3 || activity <= 3',
    'has(last_order) || !has(last_order)',
    'age(last_order) >= days(0)',
  ])('%s', (enter) => {
    const { one, questions } = ask(enter)
    expect(questions.canFail(one).kind).toBe('never')
  })

  it('or that it may fail', () => {
    const { one, questions } = ask('orders >= 1 || orders == 0 && has(largest)')
    expect(questions.canFail(one).kind).toBe('possible')
  })
})

describe('enter and exit', () => {
  it('meet, or do not', () => {
    const apart = ask('activity >= 5', 'activity < 3')
    expect(apart.questions.canMeetBoth(apart.one).kind).toBe('never')
    const meeting = ask('activity >= 5', 'orders > 3')
    expect(meeting.questions.canMeetBoth(meeting.one)).toEqual({
      kind: 'possible',
      world: ['activity is 5', 'orders is above 3'],
    })
  })

  it('of which the one implies the other let nobody in', () => {
    const { one, questions } = ask('activity >= 5', 'activity > 3')
    expect(questions.canGetIn(one).kind).toBe('never')
  })

  it('without an exit do not meet', () => {
    const { one, questions } = ask('activity >= 5')
    expect(questions.canMeetBoth(one).kind).toBe('never')
    expect(questions.canExit(one).kind).toBe('never')
  })
})

it('what is derived stands for itself, whatever it is made of', () => {
  const views = featureText('kind: count\nevents: [page_viewed]').replace('extra', 'views')
  const ratio = featureText('kind: ratio\nnumerator: orders\ndenominator: views')
  const segments = ['enter: extra > 0.5 && extra < 0.2', 'enter: extra > 0.5'].map((lines, index) =>
    segmentText(lines).replace('extra', `s${index}`),
  )
  const { definition, findings } = parsePipeline(
    pipelineText({ features: views + ratio, segments: segments.join('') }),
  )
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  const questions = createQuestions(definition ?? { features, traits, segments: [] })
  expect(questions.segments.slice(1).map((one) => questions.canEnter(one).kind)).toEqual([
    'never',
    'possible',
  ])
})

describe('two segments', () => {
  it('are the same if no profile tells them apart, however they are written', () => {
    const same = askTwo(
      { enter: 'orders > 2 && activity >= 1' },
      { enter: '!(activity < 1) && orders >= 3' },
    )
    expect(same.questions.canDiffer(same.first, same.second).kind).toBe('never')
    const opaque = askTwo({ enter: 'orders/largest > 2' }, { enter: '(orders / largest) > 2' })
    expect(opaque.questions.canDiffer(opaque.first, opaque.second).kind).toBe('never')
    const exits = askTwo({ enter: 'orders > 2' }, { enter: 'orders > 2', exit: 'orders <= 2' })
    expect(exits.questions.canDiffer(exits.first, exits.second).kind).toBe('never')
  })

  it('differ if one does', () => {
    const other = askTwo({ enter: 'orders > 2' }, { enter: 'orders > 2', exit: 'orders < 1' })
    expect(other.questions.canDiffer(other.first, other.second).kind).toBe('possible')
    const entry = askTwo({ enter: 'orders > 2' }, { enter: 'orders > 3' })
    expect(entry.questions.canDiffer(entry.first, entry.second).kind).toBe('possible')
  })

  it('of one group shadow one another, or leave somebody', () => {
    const narrow = askTwo({ enter: 'orders > 2' }, { enter: 'orders > 5 && activity > 1' })
    expect(narrow.questions.canBeLeft(narrow.second, [narrow.first]).kind).toBe('never')
    expect(narrow.questions.canBeLeft(narrow.first, [narrow.second]).kind).toBe('possible')
    // Whom the first one's exit keeps out is left for the second.
    const kept = askTwo(
      { enter: 'orders > 2', exit: 'activity > 3' },
      { enter: 'orders > 5 && activity > 1' },
    )
    expect(kept.questions.canBeLeft(kept.second, [kept.first]).kind).toBe('possible')
  })
})

it('takes an end with rules of too many cases, and says so', () => {
  const segments = [segment('s', { enter: 'orders > 1 && activity > 2 && traits.vip' })]
  const about = (given: Partial<Limits>): string[] => {
    const limits = { steps: 100, stepsOfFile: 100, readsOfFile: 1000, ...given }
    const questions = createQuestions({ features, traits, segments }, limits)
    return questions.segments.flatMap((one) => [
      questions.canEnter(one).kind,
      questions.canFail(one).kind,
    ])
  }
  expect(about({ steps: 2 })).toEqual(['too_many', 'possible'])
  expect(about({ stepsOfFile: 2 })).toEqual(['too_many', 'too_many'])
  expect(about({ readsOfFile: 10 })).toEqual(['too_many', 'too_many'])
  expect(about({})).toEqual(['possible', 'possible'])
})

it('takes seconds for a file of twelve hundred segments of one group', async () => {
  const text = pipelineText({
    segments: Array.from({ length: 1200 }, (_, index) =>
      segmentText(`enter: orders > ${index} || activity < ${index}.0\ngroup: g`).replace(
        'extra',
        `extra_${index}`,
      ),
    ).join(''),
  })
  const { definition } = parsePipeline(text)
  const took = await cpuMs(() => {
    const found = definition === null ? [] : lintRules(definition)
    expect(found.map(({ code }) => code)).toContain('rule_undecided')
  })
  expect(took).toBeLessThan(10_000)
}, 60_000)

// An oracle that knows nothing of intervals: it draws profiles and asks the rules themselves.
const names = ruleNames({ features, traits })
const compiled = (source: string) => {
  const outcome = compileRule(names, source)
  if (!outcome.ok) throw new Error(`${source}: ${outcome.problem.message}`)
  return outcome.value
}
const numbers = ['-1', '0', '1', '2', '2.5', '3', '7']
const countries = ['DE', 'FR', 'D', 'IT']
const ages = ['hours(1)', 'days(1)', 'days(7)', 'days(30)', 'days(0)']
const anyOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const order = anyOf(['<', '<=', '>', '>='])
const comparison = anyOf(['<', '<=', '>', '>=', '==', '!='])
const text = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((each) => each.join(''))
const atom: fc.Arbitrary<string> = fc.oneof(
  text('activity ', order, ' ', anyOf(numbers)),
  text('activity * 2 ', order, ' ', anyOf(numbers)),
  text('spending + 1 ', order, ' ', anyOf(numbers)),
  text('orders ', comparison, ' ', anyOf(numbers)),
  text('largest ', comparison, ' ', anyOf(numbers)),
  text('largest * 3 ', comparison, ' ', anyOf(numbers)),
  text('orders ', comparison, ' largest'),
  text('activity ', order, ' orders'),
  text('orders / largest ', order, ' ', anyOf(numbers)),
  text('traits.country ', comparison, ' "', anyOf(countries), '"'),
  text('traits.country in ["', anyOf(countries), '", "', anyOf(countries), '"]'),
  text(
    'traits.country.',
    anyOf(['startsWith', 'endsWith', 'contains']),
    '("',
    anyOf(['D', 'E', 'T']),
    '")',
  ),
  anyOf(['traits.vip', 'traits.vip == true', 'traits.vip != true', 'true', 'false']),
  text('age(', anyOf(['last_order', 'last_visit']), ') ', order, ' ', anyOf(ages)),
  text('last_order ', comparison, ' last_visit'),
  text('last_order ', order, ' timestamp("2026-05-01T00:00:00Z")'),
  text('now ', order, ' timestamp("2026-06-01T00:00:00Z")'),
  text('has(', anyOf(['orders', 'largest', 'last_order', 'traits.country', 'interests']), ')'),
  text('"', anyOf(['a', 'b']), '" in interests'),
  text('size(interests) ', comparison, ' ', anyOf(['0', '1', '2', '3'])),
  text('top(interests) == "', anyOf(['a', 'b', 'c']), '"'),
  text('origin ', anyOf(['==', '!=']), ' ', anyOf(['"shop"', '3', 'true'])),
)
const rule: fc.Arbitrary<string> = fc.letrec<{ rule: string; atom: string }>((tie) => ({
  atom,
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('atom'),
    text('(', tie('rule'), ' && ', tie('rule'), ')'),
    text('(', tie('rule'), ' || ', tie('rule'), ')'),
    text('!(', tie('rule'), ')'),
    text('(', tie('rule'), ' ? ', tie('rule'), ' : ', tie('rule'), ')'),
  ),
})).rule

const withheld = constant(false, -Infinity)
const drawn = (...values: readonly Reading[]): fc.Arbitrary<Reading> =>
  fc.oneof(
    { weight: 8, arbitrary: anyOf(values) },
    { weight: 1, arbitrary: fc.constant(absent) },
    { weight: 1, arbitrary: fc.constant(withheld) },
  )
const values = [-2, -1, -0.5, 0, 0.3, 1 / 3, 0.5, 1, 1.2, 2, 2.5, 2.7, 3, 6, 7, 8]
const moments = [-3, -0.5, 0, 0.04, 0.5, 1, 3, 7, 12, 30, 40].flatMap((days) => [
  start - days * day,
  start - days * day - 1,
  start - days * day + 1,
])
const seenAt = (maxAgeMs: number | null): readonly Reading[] =>
  moments.map((at) => ({
    kind: 'instant',
    at: epochMs(at),
    staleAt: maxAgeMs === null ? null : epochMs(at + maxAgeMs),
  }))
const anyProfile = fc.record({
  activity: drawn(...values.filter((value) => value >= 0).map((value) => constant(value))),
  spending: drawn(...values.map((value) => constant(value))),
  orders: drawn(...[0, 1, 2, 3, 4, 7, 9].map((value) => constant(value))),
  largest: drawn(...values.map((value) => constant(value))),
  origin: drawn(constant('shop'), constant('web'), constant(3), constant(true)),
  last_order: drawn(...seenAt(null)),
  last_visit: drawn(...seenAt(30 * day)),
  interests: drawn(
    ranked(),
    ranked('a'),
    ranked('b', 'a'),
    ranked('c', 'a', 'b'),
    ranked('d', 'b'),
    ranked('e', 'f', 'g'),
  ),
  'traits.country': drawn(
    ...['DE', 'FR', 'D', 'IT', '', 'DT', 'A', 'Z'].map((one) => constant(one)),
  ),
  'traits.vip': drawn(constant(true), constant(false)),
  'traits.age_years': drawn(constant(30)),
})
const anyTime = anyOf([start - 40 * day, start, start + hour, start + 90 * day])
const people = fc.array(fc.tuple(anyProfile, anyTime), { minLength: 30, maxLength: 30 })

const says = (source: string) => {
  const one = compiled(source)
  return ([readings, at]: Person): Verdict => one.evaluate(profile(readings), epochMs(at)).verdict
}

type Person = readonly [Readonly<Record<string, Reading>>, number]
/** Whether somebody shows that a claim is wrong. */
const isRefuted = (
  { kind }: { readonly kind: string },
  everybody: readonly Person[],
  meets: (person: Person) => boolean,
): boolean => kind === 'never' && everybody.some(meets)

describe('whatever profiles there are', () => {
  it('none meets what is said to be impossible', () => {
    fc.assert(
      fc.property(rule, rule, people, (enter, exit, everybody) => {
        const { one, questions } = ask(enter, exit)
        const enters = says(enter)
        const exits = says(exit)
        const refuted = (
          [
            [questions.canEnter(one), (person) => enters(person) === true],
            [questions.canFail(one), (person) => enters(person) === false],
            [questions.canExit(one), (person) => exits(person) === true],
            [
              questions.canMeetBoth(one),
              (person) => enters(person) === true && exits(person) === true,
            ],
            [
              questions.canGetIn(one),
              (person) => enters(person) === true && exits(person) !== true,
            ],
          ] satisfies readonly [{ kind: string }, (person: Person) => boolean][]
        ).map(([answer, meets]) => isRefuted(answer, everybody, meets))
        expect(refuted).toEqual([false, false, false, false, false])
      }),
      { numRuns: 150 },
    )
  })

  it('none tells twins apart, and none is left by who shadows', () => {
    fc.assert(
      fc.property(rule, rule, people, (a, b, everybody) => {
        const { first, questions, second } = askTwo({ enter: a }, { enter: b })
        const saysA = says(a)
        const saysB = says(b)
        const differs = questions.canDiffer(first, second)
        expect(isRefuted(differs, everybody, (one) => saysA(one) !== saysB(one))).toBe(false)
        const left = questions.canBeLeft(second, [first])
        const wantsOnlySecond = (one: Person) => saysB(one) === true && saysA(one) !== true
        expect(isRefuted(left, everybody, wantsOnlySecond)).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('a rule is a twin of itself, and of itself turned around twice', () => {
    fc.assert(
      fc.property(rule, (a) => {
        const { first, questions, second } = askTwo({ enter: a }, { enter: `!(!(${a}))` })
        expect(['never', 'too_many']).toContain(questions.canDiffer(first, second).kind)
      }),
    )
  })

  it('few questions about short rules stay undecided', () => {
    const short = fc.oneof(atom, text(atom, ' && ', atom))
    const kinds = fc.sample(short, { numRuns: 500, seed: 7 }).map(canEnter)
    const undecided = kinds.filter((kind) => kind === 'opaque' || kind === 'too_many')
    expect(undecided.length).toBeLessThan(100)
  })
})
