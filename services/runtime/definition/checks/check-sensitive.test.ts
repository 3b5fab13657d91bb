import { expect, it } from 'vitest'
import { parsePipeline } from '../parse-pipeline.ts'
import { pipelineText } from '../testing/pipeline-text.ts'

const found = (rest: string, more: object = {}) =>
  parsePipeline(pipelineText({ rest, ...more })).findings.map(({ code, path }) => `${code} ${path}`)

it('may name what no profile may hold, and then asks for none of it', () => {
  expect(found('sensitive: [shoe_size, "/^internal_/"]\n')).toEqual([])
  expect(found('sensitive: [shoe_size, "/(/"]\n')).toEqual(['invalid_pattern sensitive[1]'])
  expect(found('sensitive: [country]\n')).toEqual(['sensitive_attribute traits[0].name'])
  expect(
    found('keep: {properties: [internal_note, card.cvv]}\nsensitive: ["/^internal_/"]\n'),
  ).toEqual(['sensitive_attribute keep.properties[0]', 'sensitive_attribute keep.properties[1]'])
  const traits =
    '  - {name: shoes, type: string, purpose: service, from: [shoeSize], description: d}\n'
  expect(found('sensitive: [shoe size]\n', { traits })).toEqual([
    'sensitive_attribute traits[1].from[0]',
  ])
})
