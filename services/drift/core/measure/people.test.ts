import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { fromIso } from '#runtime/time/iso.ts'
import { measureSegments } from './people.ts'

const compiled = loadDefinition(
  `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
segments:
  - name: keen
    description: Keen
    owner: keen@shop.example
    objective: Something
    success_metric: {event: page_viewed, aggregation: rate, window: 7d, direction: up}
    review_by: 2026-03-09
    enter: 'traits.country == "DE"'
    purpose: service
traits:
  - { name: country, type: string, purpose: service, description: Country }
`,
  definitionVersion(1),
)

function overdue(asOf: string): number | undefined {
  const asking = measureSegments(fromIso(asOf), 86_400_000, compiled)
  let step = asking.next()
  while (step.done !== true) step = asking.next([])
  return step.value.find(({ subject }) => subject.name === 'keen overdue for review')?.counts[0]
}

test('a rule is overdue for review from the end of the day on that it names', () => {
  expect(overdue('2026-03-09T00:00:00.000Z')).toBe(0)
  expect(overdue('2026-03-09T23:59:59.999Z')).toBe(0)
  expect(overdue('2026-03-10T00:00:00.000Z')).toBe(1)
  expect(overdue('2026-11-01T00:00:00.000Z')).toBe(1)
})
