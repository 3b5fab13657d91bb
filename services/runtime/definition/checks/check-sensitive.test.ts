import { expect, it } from 'vitest'
import { createSensitiveCheck } from '../../channel/core/sensitive.ts'
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

it.each([
  ['здоровье', 'error'],
  ['confession', 'error'],
  ['body_weight', 'error'],
  ['userReligion', 'error'],
  ['cat_religieuse', 'warning'],
  ['healthScore', 'warning'],
  ['оценка_здоровья', 'warning'],
  ['shipping_weight', null],
])('a trait from %s: %s', (field, severity) => {
  const traits = `  - {name: shoes, type: string, purpose: service, from: ["${field}"], description: d}\n`
  const { findings } = parsePipeline(pipelineText({ traits }))
  const one = findings.find(({ code }) => code === 'sensitive_attribute')
  expect(one?.severity ?? null).toBe(severity)
  expect(createSensitiveCheck()(field)).toBe(severity === 'error')
})
