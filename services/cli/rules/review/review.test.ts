import { describe, expect, it } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { buildReport } from '../build-report.ts'
import type { MetricFacts, SegmentFacts } from '../facts.ts'
import { buildReview, metricView } from './build-review.ts'
import { reviewPage } from './page.ts'
import { printReview } from './print-review.ts'

const since = new Date('2026-01-05T00:00:00Z')
const now = new Date('2026-01-26T00:00:00Z')
const evil = '<img src=x onerror=alert(1)>'
const loaded = loadDefinition(
  pipelineText().replace('owner: shop@shop.example', `owner: "${evil}"`),
  definitionVersion(0),
)
const compiled = {
  ...loaded,
  segments: loaded.segments.map((segment) => ({ ...segment, ruleHash: 'h' })),
}
const metric = { direction: 'up' } as const

const measured = (
  after: number,
  elsewhere: number,
  more: Partial<MetricFacts> = {},
): MetricFacts => ({
  entries: 400,
  after: { mean: after, error: 0.02 },
  before: { mean: 0.1, error: 0.02 },
  change: { mean: after - 0.1, error: 0.02 },
  others: 900,
  elsewhere: { mean: elsewhere, error: 0.02 },
  ...more,
})

function review(
  own: Partial<SegmentFacts> = {},
  facts: MetricFacts | null = measured(0.5, 0.2),
  keptSince: string | null = '2025-01-01T00:00:00.000Z',
  changed: string | null = null,
) {
  const segment: SegmentFacts = {
    members: 200,
    lastEntry: '2026-01-20T00:00:00.000Z',
    everEntered: 300,
    ruleHashes: ['h'],
    entries: 90,
    exits: 40,
    weeks: [
      { from: '2026-01-05T00:00:00.000Z', entries: 50, exits: 0 },
      { from: '2026-01-12T00:00:00.000Z', entries: 0, exits: 40 },
      { from: '2026-01-19T00:00:00.000Z', entries: 40, exits: 0 },
    ],
    ...own,
  }
  const all = {
    least: 10,
    population: 1000,
    keptSince,
    shared: [],
    segments: new Map([['buyers', segment]]),
  }
  const known = {
    facts: all,
    differences: new Map(),
    overrides: null,
    changes: new Map(
      changed === null ? [] : [['buyers', { version: 1, at: changed, by: 'ada', hash: 'h' }]],
    ),
    findings: [],
    unknown: [],
  }
  const report = buildReport('f.yaml', compiled, known, now)
  return buildReview(report, all, new Map([['buyers', facts]]), since)
}

describe('sizes of the past', () => {
  it('are reckoned back from now by who came and went', () => {
    const [rule] = review().rules
    expect(rule?.size_then).toEqual({ size: 150, size_below: null })
    expect(rule?.weeks?.map(({ size }) => size.size)).toEqual([200, 160, 200])
  })

  it('are not known where transitions are kept for less', () => {
    expect(review({}, null, '2026-01-10T00:00:00.000Z').rules[0]?.size_then).toBeNull()
    expect(review({}, null, null).rules[0]?.size_then).toBeNull()
  })
})

describe('a success metric', () => {
  it('is better, worse or neither than elsewhere, by its direction and what chance allows', () => {
    expect(metricView(metric, measured(0.5, 0.2), 10).verdict).toBe('better')
    expect(metricView(metric, measured(0.2, 0.5), 10).verdict).toBe('worse')
    expect(metricView({ direction: 'down' }, measured(0.2, 0.5), 10).verdict).toBe('better')
    expect(metricView(metric, measured(0.22, 0.2), 10).verdict).toBe('no_clear_difference')
  })

  it('tells nothing of a few people', () => {
    expect(metricView(metric, measured(0.5, 0.2, { entries: 9 }), 10)).toMatchObject({
      verdict: 'too_few',
      after: null,
      before: null,
      entries: { size: null, size_below: 10 },
    })
    expect(metricView(metric, measured(0.5, 0.2, { others: 3 }), 10)).toMatchObject({
      verdict: 'too_few',
      elsewhere: null,
      others: { size: null, size_below: 10 },
    })
    expect(metricView(metric, null, 10).verdict).toBe('nobody_entered')
  })
})

describe('what to do', () => {
  it('is nothing for a rule that works', () => {
    expect(review().advice).toEqual([])
  })

  it('is to retire what nobody enters any more, and to decide about what shows no effect', () => {
    expect(
      review({ lastEntry: '2025-12-20T00:00:00.000Z', entries: 0, exits: 0 }).advice,
    ).toMatchObject([{ what: 'retire', reasons: ['nobody entered since 2025-12-20'] }])
    expect(review({ lastEntry: null, entries: 0, ruleHashes: [] }, null).advice).toMatchObject([
      { what: 'retire', reasons: ['nobody ever entered it, if it was ever deployed'] },
    ])
    expect(review({}, measured(0.2, 0.5)).advice).toMatchObject([{ what: 'decide' }])
  })

  it('names no moment at which one of a few entered', () => {
    const few = { lastEntry: '2025-12-20T00:00:00.000Z', everEntered: 9, entries: 0 }
    expect(review(few).rules[0]?.last_entry).toBeNull()
    expect(review(few).advice).toMatchObject([{ reasons: ['nobody entered in this time'] }])
  })

  it('gives a rule that changed within the span a chance', () => {
    const never = { lastEntry: null, entries: 0, ruleHashes: [] }
    const kept = '2025-01-01T00:00:00.000Z'
    expect(review(never, null, kept, '2026-01-06T00:00:00.000Z').advice).toEqual([])
    expect(review(never, null, kept, '2025-12-06T00:00:00.000Z').advice).toMatchObject([
      { what: 'retire', reasons: ['nobody ever entered it'] },
    ])
  })
})

describe('the page', () => {
  it('shows what strangers wrote as text, loads nothing and runs nothing', () => {
    const page = reviewPage(review({}, measured(0.2, 0.5)))
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(page).not.toMatch(/<script|https?:|url\(/)
    expect(page).toContain("default-src 'none'")
    expect(page).toMatch(/color-scheme: light dark.*@media print/s)
  })

  it('and the text name the same advice', () => {
    const one = review({}, measured(0.2, 0.5))
    expect(printReview(one)).toContain('Decide about buyers')
    expect(reviewPage(one)).toContain('Decide about buyers')
  })
})
