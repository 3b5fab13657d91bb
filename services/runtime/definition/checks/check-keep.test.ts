import { describe, expect, it } from 'vitest'
import { parsePipeline } from '../parse-pipeline.ts'
import { featureText, pipelineText, segmentText } from '../testing/pipeline-text.ts'

type Parts = NonNullable<Parameters<typeof pipelineText>[0]>

const found = (parts: Parts): readonly string[] =>
  parsePipeline(pipelineText(parts)).findings.map(
    ({ code, path, severity }) => `${severity} ${code} ${path}`,
  )
const trait = (name: string, more = '', type = 'string'): string =>
  `  - {name: ${name}, type: ${type}, purpose: service, ${more}description: d}\n`
const kept = trait('nickname', 'keep: sealed, ')
const keep = (...entries: readonly string[]): string =>
  `keep: {properties: [${entries.join(', ')}]}\n`
const sealed = (path: string): string => `{path: ${path}, keep: sealed}`

describe('what is kept', () => {
  it('is a trait or a property, said to be clear or sealed, and nothing reads it', () => {
    expect(found({ traits: kept, rest: keep(sealed('gift.note'), 'plain_one') })).toEqual([])
    expect(found({ traits: trait('nickname', 'keep: clear, ') })).toEqual([])
    expect(found({ traits: trait('nickname', 'keep: plain, ') })).toEqual([
      'error invalid_value traits[1].keep',
    ])
  })

  it('is text', () => {
    expect(found({ traits: trait('nickname', 'keep: clear, ', 'number') })).toEqual([
      'error keep_shape traits[1].type',
    ])
  })

  it('may be read by no rule of a segment', () => {
    const segments = segmentText(
      'enter: orders > 0 && traits.nickname == "ada"\nexit: has(traits.nickname)',
    )
    expect(found({ traits: kept, segments })).toEqual([
      'error kept_value_read segments[1].enter',
      'error kept_value_read segments[1].exit',
    ])
    expect(found({ traits: trait('nickname'), segments })).toEqual([])
  })

  it('may be read by no feature and no success metric, nor what it lies in, nor what lies in it', () => {
    const last = 'kind: last\nevents: [page_viewed]\nvalue: '
    const rest = keep(sealed('gift.note'))
    expect(found({ traits: kept, features: featureText(`${last}traits.nickname`) })).toEqual([
      'error kept_value_read features[2].value',
    ])
    for (const path of ['gift.note', 'gift', 'properties.gift.note.text', 'gift.0.note'])
      expect(found({ rest, features: featureText(last + path) })).toEqual([
        'error kept_value_read features[2].value',
      ])
    expect(found({ rest, features: featureText(`${last}gift.price`) })).toEqual([])
    expect(
      found({
        traits: kept,
        rest,
        features: featureText(
          'kind: count\nevents: [page_viewed]\nwhere: properties.gift.note == "x" && traits.nickname == "y"',
        ),
      }),
    ).toEqual(Array.from({ length: 2 }, () => 'error kept_value_read features[2].where'))
    expect(
      found({
        rest,
        features: featureText(
          'kind: decayed_topk\nhalf_life: 1d\nevents: [page_viewed]\nkey: gift.note',
        ),
      }),
    ).toEqual(['error kept_value_read features[2].key'])
    const metric =
      'success_metric: {event: order_completed, aggregation: sum, value: gift.note, window: 1d, direction: up}'
    const segments = segmentText('enter: orders > 0').replace(/success_metric: .*/, metric)
    expect(found({ rest, segments })).toEqual([
      'error kept_value_read segments[1].success_metric.value',
    ])
  })

  it('lies in nothing that goes on whole', () => {
    expect(found({ rest: keep(sealed('category.note')) })).toEqual([
      'error keep_shape keep.properties[0].path',
    ])
    expect(found({ rest: keep('gift', sealed('gift.note')) })).toEqual([
      'error keep_shape keep.properties[0]',
    ])
    // Of a list, entries go on alike.
    for (const plain of ['lines', 'lines.0', 'lines.1.engraving'])
      expect(found({ rest: keep(plain, sealed('lines.0.engraving')) })).toEqual([
        'error keep_shape keep.properties[0]',
      ])
    expect(found({ rest: keep('lines.0.sku', sealed('lines.0.engraving')) })).toEqual([])
    expect(found({ rest: keep(sealed('category')) })).toEqual([])
  })

  it('of an event is in no profile, so that clear is sealed there, and a trait is kept at the trait', () => {
    expect(found({ rest: keep('{path: gift.note, keep: clear}') })).toEqual([
      'warning keep_shape keep.properties[0].keep',
    ])
    expect(found({ rest: keep(sealed('traits.nickname')) })).toEqual([
      'error keep_shape keep.properties[0].path',
    ])
  })
})

describe('a name of what names a person', () => {
  it('wants a word on how it is kept', () => {
    for (const name of ['first_name', 'work_email', 'phone_number', 'date_of_birth', 'surname'])
      expect(found({ traits: trait(name) })).toEqual([
        'warning personal_without_keep traits[1].name',
      ])
    expect(found({ traits: trait('greeting', 'from: [address.lastName], ') })).toEqual([
      'warning personal_without_keep traits[1].name',
    ])
    expect(found({ traits: trait('first_name', 'keep: clear, ') })).toEqual([])
    expect(found({ rest: keep('shipping.street', sealed('shipping.phone')) })).toEqual([
      'warning personal_without_keep keep.properties[0]',
    ])
  })

  it('is none that only begins so, counts something, or says yes or no', () => {
    for (const name of ['email_frequency', 'product_name', 'phone_plan', 'birth_control_opt'])
      expect(found({ traits: trait(name) })).toEqual([])
    expect(found({ traits: trait('has_phone', '', 'boolean') })).toEqual([])
  })
})
