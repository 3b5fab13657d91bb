import { describe, expect, it } from 'vitest'
import { definitionVersion } from '../../event/ids.ts'
import { loadDefinition } from '../load-definition.ts'
import { featureText, pipelineText, segmentText } from '../testing/pipeline-text.ts'
import { definitionChanges } from './changes.ts'

const file = (rule: string): string => pipelineText({ segments: segmentText(rule) })
const load = (text: string) => loadDefinition(text, definitionVersion(0))
const between = (before: string, after: string) => definitionChanges(load(before), load(after))

describe('changes of a definition', () => {
  it('are none of a file to itself', () => {
    const { columns, ...rest } = between(pipelineText(), pipelineText())
    expect(rest).toEqual({ features: [], traits: [], segments: [], other: [] })
    expect(columns).toMatchObject({ added: [], retired: [] })
    expect(columns.kept.length).toBeGreaterThan(3)
  })

  it('are all of it at first', () => {
    const { columns, features, other } = definitionChanges(null, load(pipelineText()))
    expect(features.map(({ effect, name }) => [name, effect])).toEqual([
      ['orders', 'new'],
      ['activity', 'new'],
    ])
    expect(columns.kept).toEqual([])
    expect(other).toEqual([])
  })

  it('a changed half-life is a new version, with both ids', () => {
    const after = pipelineText().replace('half_life: 7d', 'half_life: 8d')
    const [change, ...others] = between(pipelineText(), after).features
    expect(others).toEqual([])
    expect(change).toMatchObject({
      name: 'activity',
      effect: 'new_version',
      fields: [{ field: 'half_life', before: '7d', after: '8d' }],
    })
    expect(change?.idBefore).not.toBe(change?.idAfter)
  })

  it.each([
    ['kind: count\nevents: [searched, page_viewed]', 'other_events'],
    ['kind: count\nevents: [searched]\nwhere: channel == "web"', 'other_events'],
    ['kind: count\nevents: [searched]\nmax_age: 9d', 'at_once'],
    ['kind: count\nevents: [searched]\nunit: searches', 'described'],
    ['kind: distinct\nevents: [searched]\nvalue: properties.q', 'new_version'],
  ])('%s is %s', (text, effect) => {
    const before = pipelineText({ features: featureText('kind: count\nevents: [searched]') })
    const after = pipelineText({ features: featureText(text) })
    expect(between(before, after).features).toMatchObject([{ name: 'extra', effect }])
  })

  it('of a segment tell another rule from other words, and from other values under the same rule', () => {
    const before = file('enter: activity > 1')
    expect(between(before, file('enter: activity > 2')).segments).toMatchObject([
      { name: 'extra', effect: 'rule', fields: [{ field: 'enter', after: 'activity > 2' }] },
    ])
    const longer = before.replace('half_life: 7d', 'half_life: 8d')
    expect(between(before, longer).segments).toMatchObject([
      { name: 'extra', effect: 'reads', reads: ['activity'] },
    ])
    const reviewed = before.replace(/review_by: \S+/, 'review_by: 2031-01-01')
    expect(between(before, reviewed).segments).toMatchObject([
      {
        name: 'buyers',
        effect: 'described',
        fields: [{ field: 'review_by', after: '2031-01-01' }],
      },
    ])
    expect(between(before, pipelineText()).segments).toMatchObject([
      { name: 'extra', effect: 'removed' },
    ])
  })

  it('reach a segment through features that are derived of derived ones', () => {
    const derived =
      featureText('kind: ratio\nnumerator: orders\ndenominator: seen') +
      featureText('kind: expression\nformula: extra * 2.0').replace('extra', 'twice') +
      featureText('kind: count\nevents: [searched]').replace('extra', 'seen')
    const before = pipelineText({ features: derived, segments: segmentText('enter: twice > 1') })
    const after = before.replace('events: [searched]', 'events: [page_viewed]')
    expect(between(before, after).segments).toMatchObject([
      { name: 'extra', effect: 'reads', reads: ['seen', 'twice'] },
    ])
    // Another ratio, under a feature that itself stays as it is.
    const turned = before.replace('numerator: orders', 'numerator: seen')
    expect(between(before, turned).segments).toMatchObject([
      { name: 'extra', effect: 'reads', reads: ['twice'] },
    ])
  })

  it('name the columns that leave the views', () => {
    const before = pipelineText({ features: featureText('kind: count\nevents: [searched]') })
    expect(between(before, pipelineText()).columns.retired.map(({ name }) => name)).toEqual([
      'f_extra',
    ])
  })

  it('name other parts of the file', () => {
    const after = pipelineText({ rest: 'identity: {cap: 99}\n' })
    expect(between(pipelineText(), after).other).toEqual(['identity'])
  })
})
