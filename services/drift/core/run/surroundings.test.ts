import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { countOf, shareOf } from '../store/snapshot.ts'
import { upstreamOf } from './surroundings.ts'

const compiled = loadDefinition(
  `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
  - { name: spending, kind: decayed_sum, events: [order_completed], value: properties.total, currency: EUR, half_life: 30d, purpose: service, description: Spending }
  - { name: visits, kind: window_count, events: [page_viewed], window: 7d, purpose: service, description: Visits }
segments:
  - name: keen
    description: Keen
    owner: keen@shop.example
    objective: Something
    success_metric: {event: page_viewed, aggregation: rate, window: 7d, direction: up}
    review_by: 2026-03-09
    enter: 'features.spending > 1.0'
    purpose: service
`,
  definitionVersion(1),
)
const share = (kind: 'nulls' | 'volume', name: string) => shareOf(0, { kind, name }, 1, 10)
const current = [
  countOf(0, { kind: 'volume', name: 'web/segment' }, 10),
  share('volume', 'web/segment order_completed'),
  share('volume', 'web/segment page_viewed'),
  share('nulls', 'web/segment order_completed total'),
]
const upstream = upstreamOf({ compiled, current, earlier: [] })

test('a property explains what is computed from it, and the segments that read that; a source explains its properties', () => {
  const nulls = 'nulls:web/segment order_completed total'
  expect(upstream.get('feature:spending')).toContain(nulls)
  expect(upstream.get('feature:spending')).toContain('nulls:web/segment order_completed currency')
  expect(upstream.get('segment:keen')).toContain(nulls)
  expect(upstream.get('feature:visits')).not.toContain(nulls)
  expect(upstream.get(nulls)).toContain('freshness:web/segment')
})

test('what waits in the pipeline explains silence, and whatever comes after', () => {
  for (const key of [
    'freshness:web/segment',
    'volume:web/segment',
    'feature:visits',
    'segment:keen',
  ])
    for (const stage of ['web', 'profiles', 'clickhouse'])
      expect(upstream.get(key)).toContain(`lag:${stage}`)
  expect(upstream.get('feature:visits')).not.toContain('lag:crm')
})

test('who left has not stayed: of the two, one is told', () => {
  expect(upstream.get('segment:keen stayed')).toContain('segment:keen exited')
  expect(upstream.get('segment:keen exited')).not.toContain('segment:keen stayed')
})
