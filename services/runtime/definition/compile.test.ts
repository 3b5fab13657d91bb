import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs } from '../event/ids.ts'
import { compileDefinition } from './compile.ts'
import type { CompiledDefinition, CompiledFeature } from './compiled.ts'
import { forwardedProperties } from './forwarded-properties.ts'
import { lintPipeline } from './lint.ts'
import { createDefinitionCache, loadDefinition } from './load-definition.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { featureText, pipelineText, segmentText } from './testing/pipeline-text.ts'
import { testEvent } from './testing/test-event.ts'

const compiled = (text: string): CompiledDefinition => loadDefinition(text, definitionVersion(3))

function extra(lines: string): CompiledFeature {
  const feature = compiled(pipelineText({ features: featureText(lines) })).featureByName.get(
    'extra',
  )
  if (feature === undefined) throw new Error('no such feature')
  return feature
}

describe('a compiled feature', () => {
  it('meets events of its types, made by people, that fulfil its condition', () => {
    const feature = extra(
      'kind: count\nevents: [page_viewed]\nwhere: properties.section == "shoes"',
    )
    const shoes = { properties: { section: 'shoes' } }
    expect(feature.accepts(testEvent(shoes))).toBe(true)
    expect(feature.accepts(testEvent({ ...shoes, type: 'searched' }))).toBe(false)
    expect(feature.accepts(testEvent({ ...shoes, machine: 'bot' }))).toBe(false)
    expect(feature.accepts(testEvent({ properties: {} }))).toBe(false)
    const machines = extra('kind: count\nevents: [page_viewed]\ninclude_machine: true')
    expect(machines.accepts(testEvent({ machine: 'bot' }))).toBe(true)
  })

  it('reads money of its own currency only', () => {
    const feature = extra('kind: sum\nevents: [order_completed]\nvalue: total\ncurrency: EUR')
    const value = (properties: Record<string, string | number>): unknown =>
      feature.value(testEvent({ properties }))
    expect(value({ total: 12.5, currency: 'EUR' })).toBe(12.5)
    expect(value({ total: 12.5, currency: 'USD' })).toBe(null)
    expect(value({ total: 12.5 })).toBe(null)
    expect(value({ total: '12.5', currency: 'EUR' })).toBe(null)
  })

  it('reads values of any type for first and last, keys as text', () => {
    expect(extra('kind: first\nevents: [page_viewed]\nvalue: source').value(testEvent())).toBe(
      'segment',
    )
    const ranking = extra(
      'kind: decayed_topk\nevents: [page_viewed]\nkey: properties.shop.city\nhalf_life: 3d',
    )
    expect(ranking.key(testEvent({ properties: { shop: { city: 7 } } }))).toBe('7')
    expect(ranking.key(testEvent({ properties: { shop: 'x' } }))).toBe(null)
    expect(ranking.k).toBe(10)
  })

  it('keeps its id exactly as long as two states of it may be added', () => {
    const base = extra(
      'kind: decayed_sum\nevents: [order_completed]\nvalue: total\ncurrency: EUR\nhalf_life: 14d',
    ).id
    const variants = {
      'a shorter spelling': extra(
        'kind: decayed_sum\nevents: [order_completed]\nvalue: properties.total\ncurrency: EUR\nhalf_life: 336h',
      ).id,
      'other events': extra(
        'kind: decayed_sum\nevents: [order_refunded]\nvalue: total\ncurrency: EUR\nhalf_life: 14d',
      ).id,
      'another half-life': extra(
        'kind: decayed_sum\nevents: [order_completed]\nvalue: total\ncurrency: EUR\nhalf_life: 15d',
      ).id,
      'another currency': extra(
        'kind: decayed_sum\nevents: [order_completed]\nvalue: total\ncurrency: USD\nhalf_life: 14d',
      ).id,
      'another kind': extra('kind: sum\nevents: [order_completed]\nvalue: total\ncurrency: EUR').id,
    }
    const same = Object.entries(variants)
      .filter(([, id]) => id === base)
      .map(([name]) => name)
    expect(same).toEqual(['a shorter spelling', 'other events'])
  })
})

const ruleHash = (lines: string): string =>
  compiled(pipelineText({ segments: segmentText(lines) })).segments.find(
    ({ name }) => name === 'extra',
  )?.ruleHash ?? ''

describe('a compiled definition', () => {
  it('finds the features of an event by its type', () => {
    const { featuresByEventType } = compiled(
      pipelineText({ features: featureText('kind: count\nevents: [page_viewed, searched]') }),
    )
    expect(featuresByEventType.get('page_viewed')?.map(({ name }) => name)).toEqual([
      'activity',
      'extra',
    ])
    expect(featuresByEventType.get('email_opened')).toBe(undefined)
  })

  it('evaluates segments by priority, then name', () => {
    const segments = ['zebra', 'ape']
      .map((name) => segmentText('enter: orders > 1\npriority: 5').replace('extra', name))
      .join('')
    expect(compiled(pipelineText({ segments })).segments.map(({ name }) => name)).toEqual([
      'ape',
      'zebra',
      'buyers',
    ])
  })

  it('gives a rule another hash exactly when its meaning changes', () => {
    const base = ruleHash('enter: orders > 1')
    expect(ruleHash('enter: orders  >  1')).toBe(base)
    for (const other of [
      'enter: orders > 2',
      'enter: orders > 1\nexit: orders > 1',
      'enter: orders > 1\nmin_stay: 1h',
      'enter: orders > 1\npriority: 7',
      'enter: orders > 1\ngroup: g',
    ])
      expect(ruleHash(other)).not.toBe(base)
  })

  it('ranks sources by their order; an import speaks for the source of its map', () => {
    const sources = '  - {channel: email, topics: [t], format: json, source: sendgrid}\n'
    const { sourcePriority } = compiled(pipelineText({ sources }))
    expect(Object.fromEntries(sourcePriority)).toEqual({
      segment: 0,
      'import:segment': 0,
      sendgrid: 1,
      'import:sendgrid': 1,
    })
  })

  it('gives the vendors that only their shape tells apart the place of that source', () => {
    const sources = `  - {channel: email, topics: [t], format: json, source: sendgrid}
  - {channel: email, topics: [u], format: json, source: detect}
  - {channel: crm, topics: [v], format: json, source: hubspot}
`
    const { sourcePriority } = compiled(pipelineText({ sources }))
    expect(sourcePriority.get('sendgrid')).toBe(1)
    expect(sourcePriority.get('mailgun')).toBe(2)
    expect(sourcePriority.get('resend')).toBe(2)
    expect(sourcePriority.get('hubspot')).toBe(3)
  })

  it('is refused with the lines of its mistakes', () => {
    expect(() => compiled(pipelineText().replace('orders > 0', 'ordres > 0'))).toThrow(
      /\d+:12 segments\[0\]\.enter: ordres is no feature/,
    )
  })

  it('is compiled once per version', () => {
    const cache = createDefinitionCache(2)
    const one = cache.load(pipelineText(), definitionVersion(1))
    expect(cache.load(pipelineText(), definitionVersion(1))).toBe(one)
    cache.load(pipelineText(), definitionVersion(2))
    cache.load(pipelineText(), definitionVersion(3))
    expect(cache.load(pipelineText(), definitionVersion(1))).not.toBe(one)
  })
})

describe('what channels forward', () => {
  it('is what rules read, what the file keeps, the safe list, and traits by their names in the sources', () => {
    const { definition } = parsePipeline(
      pipelineText({
        features: featureText(
          'kind: count\nevents: [page_viewed]\nwhere: properties.shop.city == "Jena" && traits.tier == "gold"',
        ),
        traits:
          '  - {name: first_name, type: string, purpose: service, from: [firstName], description: d}\n',
        rest: 'keep: {properties: [shop.country, order_id.part]}\n',
      }),
    )
    const forwarded = definition === null ? null : forwardedProperties(definition)
    const paths = forwarded?.properties.map((names) => names.join('.')) ?? []
    expect(paths).toEqual(
      expect.arrayContaining(['shop.city', 'shop.country', 'total', 'order_id']),
    )
    expect(paths).not.toContain('order_id.part')
    expect(Object.fromEntries(forwarded?.traits ?? [])).toEqual({
      country: 'country',
      firstName: 'first_name',
      tier: 'tier',
    })
  })
})

describe('the shipped pipeline file', () => {
  const text = readFileSync(new URL('../../../infra/pipeline.yaml', import.meta.url), 'utf8')

  it('has no mistakes and nothing to warn of', () => {
    const odd = lintPipeline(text, epochMs(Date.parse('2026-12-01T00:00:00Z'))).filter(
      ({ severity }) => severity !== 'info',
    )
    expect(odd).toEqual([])
  })

  it('covers both ends of the funnel, the journey, the lapsed by reason and a suppression', () => {
    const { definition } = parsePipeline(text)
    const { segments, features } =
      definition === null
        ? { segments: [], features: [] }
        : compileDefinition(definition, definitionVersion(0))
    expect(segments.map(({ name }) => name).toSorted()).toEqual([
      'browsing',
      'cart_abandoner',
      'considering',
      'high_intent',
      'just_purchased',
      'lapsed_bad_experience',
      'lapsed_price',
      'lapsed_silent',
      'lapsed_unsubscribed',
      'loyal',
      'new_customer',
      'new_visitor',
      'repeat_customer',
    ])
    expect(features.length).toBeGreaterThanOrEqual(15)
  })
})
