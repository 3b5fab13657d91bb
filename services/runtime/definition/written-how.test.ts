import { expect, test } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { lintPipeline } from './lint.ts'
import { mappedSourceText, pipelineText, segmentText } from './testing/pipeline-text.ts'

const mapped = (lines: string): string => pipelineText({ sources: mappedSourceText(lines) })
const policy = (types: string): string => pipelineText({ rest: `identity: {types: {${types}}}\n` })

// What somebody writes who has only seen examples, and what lint says to write instead.
test.each([
  [
    'map.occurred_at',
    mapped('      type: kind\n      occurred_at: booked_at'),
    /\{ path: booked_at, format: iso \}/,
  ],
  [
    'map.occurred_at',
    mapped('      type: kind\n      occurred_at: { path: booked_at }'),
    /format: seconds/,
  ],
  [
    'map.type',
    mapped(
      '      type: { path: kind, table: { sale: order_completed } }\n      occurred_at: { path: at, format: iso }',
    ),
    /\{ field: kind, table:/,
  ],
  [
    'total.currency',
    mapped(
      '      type: kind\n      occurred_at: { path: at, format: iso }\n      properties: { total: { path: sum, currency: price.currency } }',
    ),
    /ISO 4217/,
  ],
  ['email.limit', policy('email: {limit: 5 per year}'), /100 per 30d/],
  [
    'enter',
    pipelineText({ segments: segmentText('enter: orders > 1 && consent.ads == "granted"') }),
    /give it that purpose/,
  ],
  ['enter', pipelineText({ segments: segmentText('enter: age(orders) > 14d') }), /days\(14\)/],
])('%s', (place, text, hint) => {
  const findings = lintPipeline(text, epochMs(0)).filter(({ severity }) => severity === 'error')
  expect(findings).toHaveLength(1)
  expect(findings[0]?.path).toMatch(new RegExp(`${place.replace('.', '\\.')}$`))
  expect(findings[0]?.hint).toMatch(hint)
  expect(findings[0]?.message).not.toContain('pattern /')
})
