import { describe, expect, it } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { ruleNames } from '#runtime/definition/rules/names.ts'
import { pipelineText, segmentText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { encodeDefinition } from '#runtime/log/definitions-record.ts'
import { buildReport } from './build-report.ts'
import { printRules } from './print-rules.ts'
import type { ShownColumn } from './columns.ts'
import type { Difference, RuleFacts, SegmentFacts } from './facts.ts'
import { ruleInWords } from './in-words.ts'
import { liveFindings } from './live-findings.ts'
import { readChanges } from './read-changes.ts'
import { cohensH } from './read-differences.ts'
import { cannotRead, readerOf } from './row-reader.ts'

const compiledOf = (text: string) => loadDefinition(text, definitionVersion(0))
const features =
  '  - {name: last_order_at, kind: last_seen, events: [order_completed], purpose: service, max_age: 90d, description: d}\n' +
  '  - {name: interests, kind: decayed_topk, events: [page_viewed], key: category, half_life: 7d, purpose: service, description: d}\n'
const base = compiledOf(pipelineText({ features }))

describe('a rule in words', () => {
  it.each([
    ['orders >= 3 && activity < 2', 'orders at least 3 and activity below 2'],
    [
      'orders >= 3 || (activity < 2 && orders == 1)',
      'orders at least 3 or (activity below 2 and orders is 1)',
    ],
    ['age(last_order_at) <= days(60)', 'last order at most 60 days ago'],
    [
      '!has(last_order_at) || age(last_order_at) > hours(1)',
      'last order at not known or last order more than 1 hour ago',
    ],
    ['traits.country in ["DE", "FR"]', 'country one of DE, FR'],
    [
      '"shoes" in interests && top(interests) != "hats"',
      'shoes among interests and first of interests is not hats',
    ],
    ['last_order_at < timestamp("2027-01-01T00:00:00Z")', 'last order before 2027-01-01T00:00:00Z'],
    ['traits.country.startsWith("D")', 'country begins with D'],
    [
      'orders > 3 ? activity > 1 : activity > 2',
      'if orders above 3 then activity above 1, else activity above 2',
    ],
    ['!(orders > 3)', 'not orders above 3'],
    ['no rule (', 'no rule ('],
  ])('%s', (source, words) => {
    expect(ruleInWords(ruleNames(base.definition), source)).toBe(words)
  })
})

const facts = (
  segments: Readonly<Record<string, Partial<SegmentFacts>>>,
  shared: RuleFacts['shared'] = [],
): RuleFacts => ({
  least: 10,
  population: 10_000,
  keptSince: null,
  shared,
  segments: new Map(
    Object.entries(segments).map(([name, own]) => [
      name,
      {
        members: 500,
        lastEntry: '2026-01-01T00:00:00.000Z',
        everEntered: 500,
        ruleHashes: [],
        entries: 0,
        exits: 0,
        weeks: [],
        ...own,
      },
    ]),
  ),
})
const limits = { sizeMin: 100, alikeMin: 0.9 }
const two = compiledOf(pipelineText({ segments: segmentText('enter: activity > 1') }))
const [buyers, extra] = two.definition.segments
const differing = (effect: number, read = false): Difference => ({
  name: 'x',
  measure: 'cliffs_delta',
  effect,
  value: null,
  read,
})

const findings = (of: RuleFacts, differences: readonly Difference[] | null = null) => {
  if (extra === undefined) throw new Error('no segment')
  return liveFindings(extra, 1, of, differences, limits)
}

describe('what people in segments say', () => {
  it('too few, told as what they are only from the smallest group on', () => {
    expect(findings(facts({ extra: { members: 42 } }))).toMatchObject([
      {
        code: 'segment_too_small',
        message: 'extra has 42 members, fewer than 100',
        path: ['segments', 1, 'name'],
      },
    ])
    expect(findings(facts({ extra: { members: 3 } }))[0]?.message).toBe(
      'extra has <10 members, fewer than 100',
    )
    expect(findings(facts({ extra: { members: 100 } }))).toEqual([])
  })

  it('never entered, and then nothing else', () => {
    expect(
      findings(facts({ extra: { members: 0, lastEntry: null } })).map(({ code }) => code),
    ).toEqual(['segment_never_fired'])
  })

  it('alike is said once of a pair, of the later one', () => {
    const alike = facts({ buyers: {}, extra: {} }, [{ a: 'buyers', b: 'extra', members: 490 }])
    expect(findings(alike)).toMatchObject([
      { code: 'segments_alike', message: 'extra and buyers have the same members but for 3.9 %' },
    ])
    expect(buyers === undefined ? [] : liveFindings(buyers, 0, alike, null, limits)).toEqual([])
  })

  it('and of a rest of a few is told no share', () => {
    const alike = facts({ buyers: {}, extra: {} }, [{ a: 'buyers', b: 'extra', members: 499 }])
    expect(findings(alike)[0]?.message).toBe('extra and buyers have the same members')
    const within = facts({ buyers: { members: 5000 }, extra: {} }, [
      { a: 'buyers', b: 'extra', members: 495 },
    ])
    expect(findings(within)[0]?.message).toBe('all, or all but a few, of extra are in buyers, too')
  })

  it('within a larger one is a remark', () => {
    const within = facts({ buyers: { members: 5000 }, extra: {} }, [
      { a: 'buyers', b: 'extra', members: 480 },
    ])
    expect(findings(within)).toMatchObject([
      { severity: 'info', code: 'segment_contained', message: '96 % of extra are in buyers, too' },
    ])
  })

  it('like everybody, unless one thing that the rule does not read differs', () => {
    expect(findings(facts({ extra: {} }), [differing(0.9, true), differing(0.1)])).toMatchObject([
      { code: 'segment_homogeneous' },
    ])
    expect(findings(facts({ extra: {} }), [differing(0.15), differing(0.1)])).toEqual([])
    // Nothing but what it reads was compared: that says nothing.
    expect(findings(facts({ extra: {} }), [differing(0.1, true)])).toEqual([])
    expect(findings(facts({ extra: {} }), null)).toEqual([])
  })
})

it('a step between shares counts alike near nothing and in the middle', () => {
  expect(cohensH(0.5, 0.5)).toBe(0)
  expect(cohensH(1, 0)).toBeCloseTo(Math.PI, 12)
  expect(cohensH(0.01, 0.05)).toBeLessThan(-0.2)
  expect(Math.abs(cohensH(0.5, 0.54))).toBeLessThan(0.1)
})

describe('rows as rules read them', () => {
  const columns = new Map<string, ShownColumn>(
    (
      [
        ['orders', 'number'],
        ['activity', 'number'],
        ['last_order_at', 'moment'],
        ['interests', 'keys'],
        ['traits.country', 'label'],
      ] as const
    ).map(([name, comparable]) => [
      name,
      { name, column: name.replace('traits.', ''), comparable },
    ]),
  )
  const at = epochMs(Date.parse('2026-03-01T00:00:00Z'))
  const row = {
    consent: { service: 'basis' },
    orders: '3',
    activity: 1.5,
    last_order_at: '2026-02-20T00:00:00.000Z',
    interests: [{ key: 'shoes', weight: 2 }],
    country: 'DE',
  }
  const says = (enter: string, of: Readonly<Record<string, unknown>> = row) => {
    const compiled = compiledOf(
      pipelineText({ features, segments: segmentText(`enter: '${enter}'`) }),
    )
    const segment = compiled.segments.find(({ name }) => name === 'extra')
    return segment?.enter.evaluate(readerOf(of, columns, compiled, at), at).verdict
  }

  it('mean the same', () => {
    expect(
      says('orders == 3 && activity > 1 && "shoes" in interests && traits.country == "DE"'),
    ).toBe(true)
    expect(says('age(last_order_at) <= days(10)')).toBe(true)
    expect(says('orders == 0', { ...row, orders: null })).toBe(true)
  })

  it('are unknown where nobody agreed, or past their age', () => {
    expect(says('orders == 3', { ...row, consent: { service: 'denied' } })).toBe('unknown')
    expect(
      says('age(last_order_at) > days(1)', { ...row, last_order_at: '2025-01-01T00:00:00.000Z' }),
    ).toBe('unknown')
  })

  it('do not answer what they cannot know', () => {
    const aged = compiledOf(
      pipelineText().replace(
        '    description: Orders ever',
        '    max_age: 30d\n    description: Orders ever',
      ),
    )
    const [segment] = aged.segments
    expect(segment && cannotRead(segment, columns, aged)).toContain('max_age')
    expect(segment && cannotRead(segment, new Map(), base)).toBe('orders has no column yet')
  })
})

/** Of files with the generation that each was deployed for. */
const changesOf = async (...files: readonly (readonly [content: string, generation: number])[]) => {
  const records = files.map(([content, generation], index) => ({
    offset: index,
    value: encodeDefinition({
      content,
      hash: '',
      deployedAt: epochMs(index * 86_400_000),
      deployedBy: `p${index}`,
      generation,
    }),
  }))
  const reader = {
    async *read() {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read of a record
      yield { records } as never
    },
  }
  return readChanges(reader, 't', 1)
}

const changesIn = async (...contents: readonly string[]) =>
  changesOf(...contents.map((content) => [content, 0] as const))

const rule = (enter: string): string => pipelineText().replace('orders > 0', enter)

describe('the last change of a rule', () => {
  it('is the first file in a row that gave it the same meaning', async () => {
    const found = await changesIn(
      rule('orders > 0'),
      rule('orders > 1'),
      rule('orders   > 1'),
      rule('orders > 1'),
    )
    expect(found.get('buyers')).toMatchObject({
      version: 1,
      by: 'p1',
      at: '1970-01-02T00:00:00.000Z',
    })
  })

  it('is the newest when it came back after it was another, or was gone', async () => {
    expect(
      (await changesIn(rule('orders > 1'), rule('orders > 0'), rule('orders > 1'))).get('buyers')
        ?.version,
    ).toBe(2)
    const without = pipelineText().replace('name: buyers', 'name: others')
    expect(
      (await changesIn(rule('orders > 1'), without, rule('orders > 1'))).get('buyers')?.version,
    ).toBe(2)
  })

  it('is none of a file that a rebuild brought and that serves not yet, or never will', async () => {
    const [older, newer, next] = [rule('orders > 0'), rule('orders > 1'), rule('orders > 2')]
    const found = await changesOf([older, 0], [newer, 1], [next, 2])
    expect(found.get('buyers')).toMatchObject({ version: 1, by: 'p1' })
  })

  it('ends at a file that this build cannot read', async () => {
    expect(
      (await changesIn(rule('orders > 1'), 'not a file', rule('orders > 1'))).get('buyers')
        ?.version,
    ).toBe(2)
  })
})

it('a rule of the file that is not the deployed one has no last change', () => {
  const hashes: Readonly<Record<string, string>> = { buyers: 'file', extra: 'same' }
  const segments = two.segments.map((segment) => ({
    ...segment,
    ruleHash: hashes[segment.name] ?? '',
  }))
  const change = { version: 7, at: '2026-01-01T00:00:00.000Z', by: 'ada' }
  const changes = new Map([
    ['buyers', { ...change, hash: 'deployed' }],
    ['extra', { ...change, hash: 'same' }],
  ])
  const known = {
    facts: null,
    differences: new Map(),
    overrides: null,
    changes,
    findings: [],
    unknown: [],
  }
  const { rules } = buildReport('f', { ...two, segments }, known, new Date('2027-04-30T00:00:00Z'))
  expect(rules.map((one) => one.last_change?.version ?? null)).toEqual([null, 7])
  expect(rules[0]).toMatchObject({ size: null, overlaps: null, review_overdue_days: 30 })
})

it.each([
  ['few of one are in it alone', 495, null],
  ['all of one are in both', 500, null],
  ['few are in both', 9, { size: null, size_below: 10 }],
  ['many are in both and in each alone', 300, { size: 300, size_below: null }],
])('how many two segments share is told unless that tells of few: %s', (_, members, both) => {
  const known = {
    facts: facts({ buyers: { members: 500 }, extra: { members: 5000 } }, [
      { a: 'buyers', b: 'extra', members },
    ]),
    differences: new Map(),
    overrides: null,
    changes: null,
    findings: [],
    unknown: [],
  }
  const report = buildReport('f', two, known, new Date('2027-01-01T00:00:00Z'))
  expect(report.rules.map(({ overlaps }) => overlaps?.[0]?.both)).toEqual([both, both])
  const text = printRules(report)
  expect(text.includes('extra (nearly all of one')).toBe(both === null)
  expect(text).not.toContain('495')
})

it('what is told of few people goes by what was read with them, whatever the file says', () => {
  const known = {
    facts: { ...facts({ buyers: { members: 500 }, extra: { members: 49 } }), least: 50 },
    differences: new Map(),
    overrides: {
      sample: 100,
      population: 100,
      overrides: [{ winner: 'buyers', loser: 'extra', touched: 49 }],
      untold: new Map(),
    },
    changes: null,
    findings: [],
    unknown: [],
  }
  const few = { size: null, size_below: 50 }
  const { rules } = buildReport('f', two, known, new Date('2027-01-01T00:00:00Z'))
  expect(rules[0]).toMatchObject({ size: { size: 500, size_below: null } })
  expect(rules[1]).toMatchObject({ size: few, share: null, overridden_by: [{ touched: few }] })
  const small = { ...facts({ extra: { members: 49 } }), least: 50 }
  expect(findings(small)[0]?.message).toBe('extra has <50 members, fewer than 100')
})

const named = (name: string, lines: string): string =>
  segmentText(lines).replace('name: extra', `name: ${name}`)

it('what somebody gets of whom nothing is known, and who gives way to whom, is said without a database', () => {
  const grouped = compiledOf(
    pipelineText({
      segments: [
        named('nobodies', 'enter: orders == 0\ngroup: stage\npriority: 20'),
        named('strangers', 'enter: "!(activity > 1)"\ngroup: stage\npriority: 30'),
        named('payers', 'enter: orders > 0\ngroup: stage\npriority: 10'),
        named('alone', 'enter: orders == 0'),
        named('lately', 'enter: age(last_order_at) <= days(5)'),
      ].join(''),
      features,
    }),
  )
  const nothing = {
    facts: null,
    differences: new Map(),
    overrides: null,
    changes: null,
    findings: [],
    unknown: [],
  }
  const { rules } = buildReport('f', grouped, nothing, new Date('2027-01-01T00:00:00Z'))
  expect(rules.map((one) => [one.segment, one.cold_start, one.gives_way_to])).toEqual([
    ['buyers', false, []],
    ['nobodies', true, ['payers']],
    // It would have everybody, too, if it came first.
    ['strangers', false, ['payers', 'nobodies']],
    ['payers', false, []],
    ['alone', true, []],
    ['lately', false, []],
  ])
})
