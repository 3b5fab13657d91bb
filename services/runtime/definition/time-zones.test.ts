import { expect, it } from 'vitest'
import { parsePipeline } from './parse-pipeline.ts'
import { pipelineText } from './testing/pipeline-text.ts'

const codes = (text: string): readonly string[] =>
  parsePipeline(text).findings.map(({ code }) => code)

const tillSource = (more: string) => `  - channel: crm
    topics: [till]
    format: json
    source: mapped
    name: till
    basis: {service: Contract}
${more}`
const mapWithZone = (zone: string) => `    map:
      type: {const: order_completed}
      occurred_at: {path: at, format: iso, zone: ${zone}}
      identifiers: [{type: user_id, path: who}]
`

it('knows the zones of its sources, of their maps and of its calendar', () => {
  const sources = (text: string) => codes(pipelineText({ sources: tillSource(text) }))
  expect(sources(`    time_zone: Europe/Berlin\n${mapWithZone('America/New_York')}`)).toEqual([])
  expect(sources(`    time_zone: Mars/Olympus\n${mapWithZone('UTC')}`)).toEqual(['invalid_value'])
  expect(sources(mapWithZone('Mars/Olympus'))).toEqual(['invalid_value'])
  expect(codes(pipelineText({ rest: 'time_zone: Mars/Olympus\n' }))).toEqual(['invalid_value'])
})
