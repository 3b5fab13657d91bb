import { expect, test } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { lintPipeline } from '../lint.ts'
import { pipelineText } from '../testing/pipeline-text.ts'

const warned = (map: string): readonly string[] =>
  lintPipeline(
    pipelineText({
      sources: `  - channel: crm
    topics: [bookings]
    format: json
    source: mapped
    basis: {service: Contract}
    map:
      source: bookings
${map
  .trim()
  .split('\n')
  .map((line) => `      ${line.trim()}\n`)
  .join('')}`,
    }),
    epochMs(0),
  )
    .filter(({ code }) => code === 'invalid_path')
    .map(({ severity, path }) => `${severity} ${path.replace('sources[1].map.', '')}`)

test('paths of other languages are remarked on, wherever a map has one', () => {
  expect(
    warned(`
      event_id: $.id
      type: { field: /status, table: { NEW: order_completed } }
      occurred_at: { path: "events[0].at", format: iso }
      identifiers: [{ type: email, path: "passengers.*.email" }]
      traits: { country: .country }
      consent: { service: "answers[?(@.p)].given" }
      properties: { total: { path: "price[amount]", type: number }, to: "legs[0].to" }
    `),
  ).toEqual([
    'warning event_id',
    'warning type.field',
    'warning occurred_at.path',
    'warning identifiers[0].path',
    'warning traits.country',
    'warning consent.service',
    'warning properties.total.path',
    'warning properties.to',
  ])
})

test('ours are not', () => {
  expect(
    warned(`
      event_id: id
      type: { const: order_completed }
      occurred_at: { path: legs.0.at, format: iso }
      identifiers: [{ type: email, path: "Customer e-mail (new)" }]
      properties: { total: price.amount/eur, to: legs.0.to }
    `),
  ).toEqual([])
})
