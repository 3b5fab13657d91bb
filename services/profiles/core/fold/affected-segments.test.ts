import { expect, it } from 'vitest'
import { shippedDefinition } from '../../../../test/support/fold/definition.ts'
import { featurePart } from '../content/part-names.ts'
import { affectedSegments } from './affected-segments.ts'

const definition = shippedDefinition(1)

const partsOf = (...features: string[]): Set<string> =>
  new Set([
    'seen',
    ...features.flatMap((name) => {
      const feature = definition.featureByName.get(name)
      return feature === undefined ? [] : [featurePart(feature.id)]
    }),
  ])
const namesOf = (parts: ReadonlySet<string>, consentKnown = true): string[] =>
  affectedSegments(definition, parts, consentKnown).map(({ name }) => name)

it('gives the segments that read a changed feature, with the rest of their groups', () => {
  const journey = definition.segments.filter(({ group }) => group === 'journey')
  const affected = namesOf(partsOf('unsubscribes'))
  expect(affected).toEqual(journey.map(({ name }) => name))
})

it('gives none for a feature that no segment reads', () => {
  expect(namesOf(partsOf('refund_sum'))).toEqual([])
})

it('gives all when consent may have changed, and none when what is said of it is known', () => {
  const all = definition.segments.map(({ name }) => name)
  expect(namesOf(new Set(['seen', 'consent']), false)).toEqual(all)
  expect(namesOf(new Set(['seen', 'consent']), true)).toEqual([])
})

it('gives all for a trait, whose age may arm the timer', () => {
  expect(namesOf(new Set(['seen', 'traits']))).toHaveLength(definition.segments.length)
})

it('gives the same for a set that it has met, and for an equal one', () => {
  const parts = partsOf('unsubscribes')
  const first = affectedSegments(definition, parts, true)
  expect(affectedSegments(definition, parts, true)).toBe(first)
  expect(affectedSegments(definition, new Set(parts), true)).toEqual(first)
  expect(affectedSegments(definition, parts, false)).toEqual(first)
})
