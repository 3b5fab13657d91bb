import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { testDefinition } from '../../../test/support/fold/definition.ts'
import {
  explainSegment,
  type SegmentExplanation,
} from '../../profiles/core/segments/explain-segment.ts'
import { createOfflineWorld } from '../features/offline-world.ts'
import { knownProfile } from '../features/read-world.ts'
import type { OfflineEvent } from '../identity/offline-event.ts'
import { describeExplanation } from './describe-explanation.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 2, 1)

const segment = (name: string, priority: number, rules: string): string => `
  - name: ${name}
    description: d
    owner: o
    objective: o
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    priority: ${priority}
    purpose: service
    ${rules}`

const definition = testDefinition(
  1,
  `
traits:
  - { name: country, type: string, purpose: service, max_age: 1d, description: d }
features:
  - { name: views, description: d, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: d, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }
  - { name: spent, description: d, kind: sum, events: [order_completed], value: properties.total, currency: EUR, purpose: service }
  - { name: largest, description: d, kind: max, events: [order_completed], value: properties.total, currency: EUR, purpose: service }
  - { name: last_view, description: d, kind: last_seen, events: [page_viewed], purpose: service }
segments:
${segment('keen', 1, 'enter: heat >= 2\n    exit: heat < 1\n    group: mood')}
${segment('curious', 2, 'enter: views >= 1\n    group: mood')}
${segment('rich', 3, 'enter: spent >= 100 && views > 2')}
${segment('lasting', 4, 'enter: heat >= 1\n    min_stay: 6h')}
${segment('local', 5, 'enter: traits.country == "DE" || largest > 10.0')}
${segment('back', 6, 'enter: age(last_view) <= hours(1)')}
`,
)

const event = (n: number, at: number, more: Partial<OfflineEvent> = {}): OfflineEvent => ({
  line: n,
  id: `e${n}`,
  channel: 'web',
  source: 'tributary',
  isSourceNamed: true,
  type: 'page_viewed',
  at: epochMs(at),
  receivedAt: epochMs(at),
  identifiers: [{ type: 'user_id', value: 'ada' }],
  traits: {},
  consent: { service: true },
  machine: null,
  properties: {},
  ...more,
})

function explain(events: readonly OfflineEvent[], name: string, after: number): SegmentExplanation {
  const world = createOfflineWorld(definition)
  for (const one of events) world.arrive(one)
  const at = epochMs(start + after)
  world.passTime(at)
  const profile = world.find('user_id', 'ada')
  const found = definition.segments.find((each) => each.name === name)
  if (profile === null || found === undefined) throw new Error('nobody')
  return explainSegment(found, { ...knownProfile(world, profile), definition, at })
}

const views = (count: number): OfflineEvent[] =>
  Array.from({ length: count }, (_, n) => event(n, start))

describe('an explanation', () => {
  it('of who is in by hysteresis: enter holds no more, and exit not yet', () => {
    const told = explain(views(2), 'keen', 30 * 60_000)
    expect(told).toMatchObject({ member: true, decided_by: 'exit' })
    expect(told.in_words).toContain('`exit` does not hold either')
    // At one hour the value is 1, and the millisecond after it is less.
    expect(told.next_change).toMatchObject({ at: '2026-03-01T01:00:00.001Z', to: 'exited' })
    expect(told.what_would_change).toEqual([
      'needs heat < 1, is 1.41421356237: time alone does it at 2026-03-01T01:00:00.001Z',
    ])
  })

  it('of who is displaced: which segment of the group comes first, and when that ends', () => {
    const told = explain(views(2), 'curious', 0)
    expect(told).toMatchObject({
      member: false,
      decided_by: 'group',
      group: { name: 'mood', member_of: 'keen', before: [{ segment: 'keen', wants_in: true }] },
      next_change: { at: '2026-03-01T01:00:00.001Z', to: 'entered' },
    })
  })

  it('of who is not in: how much of what would do, and it does', () => {
    const bought = event(9, start, {
      type: 'order_completed',
      properties: { total: 60, currency: 'EUR' },
    })
    const told = explain([...views(1), bought], 'rich', 0)
    expect(told.what_would_change).toEqual([
      'needs spent >= 100, is 60: 40 EUR more by order_completed',
      'needs views > 2, is 1: 2 more of page_viewed would do',
    ])
    const more = [
      event(10, start, { type: 'order_completed', properties: { total: 40, currency: 'EUR' } }),
      event(11, start),
      event(12, start),
    ]
    expect(explain([...views(1), bought, ...more], 'rich', 0).member).toBe(true)
    expect(explain([...views(1), bought, ...more.slice(1)], 'rich', 0).member).toBe(false)
  })

  it('of who is kept by a minimum stay: until when', () => {
    const told = explain(views(1), 'lasting', 2 * hour)
    expect(told).toMatchObject({
      member: true,
      decided_by: 'min_stay',
      min_stay_until: '2026-03-01T06:00:00.000Z',
      next_change: { at: '2026-03-01T06:00:00.000Z', to: 'exited' },
    })
  })

  it('of what is not known: never seen, stale, or withheld', () => {
    const given = event(1, start, { traits: { country: 'FR' } })
    expect(explain([given], 'local', hour).enter.parts).toMatchObject([
      { verdict: false, reads: [{ name: 'traits.country', value: 'FR', unknown: null }] },
      { verdict: 'unknown', decides: true, reads: [{ name: 'largest', unknown: 'never_seen' }] },
    ])
    const later = explain([given], 'local', 25 * hour)
    expect(later).toMatchObject({ member: false, decided_by: 'unknown' })
    expect(later.enter.parts[0]).toMatchObject({
      verdict: 'unknown',
      reads: [{ unknown: 'stale', detail: '2026-03-02T00:00:00.000Z' }],
    })
    expect(explain([event(1, start, { consent: {} })], 'local', 0)).toMatchObject({
      member: false,
      decided_by: 'purpose',
      purpose: { name: 'service', state: 'unanswered' },
      what_would_change: ['consent for service'],
      enter: { parts: [{ reads: [{ unknown: 'withheld', detail: 'service' }] }, {}] },
    })
  })

  it('of an age: what would renew it, and when time does', () => {
    expect(explain(views(1), 'back', 2 * hour).what_would_change).toEqual([
      'needs age(last_view) <= hours(1), is 2h: one more page_viewed would do',
    ])
    expect(explain(views(1), 'back', 0).what_would_change).toEqual([
      'needs an end of age(last_view) <= hours(1), is 0s: time alone does it at 2026-03-01T01:00:00.001Z',
    ])
  })

  it('is laid out for people, with what decides marked', () => {
    expect(
      describeExplanation(explain(views(1), 'rich', 0)),
    ).toBe(`rich: not in: \`enter\` does not hold
enter:
  > false   all of:
    > false   spent >= 100  [spent 0]
    > false   views > 2  [views 1]
what would change it:
  - needs spent >= 100, is 0: 100 EUR more by order_completed
  - needs views > 2, is 1: 2 more of page_viewed would do
time alone changes nothing
`)
  })
})
