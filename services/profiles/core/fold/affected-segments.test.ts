import { expect, it } from 'vitest'
import { shippedDefinition, testDefinition } from '../../../../test/support/fold/definition.ts'
import { featurePart } from '../content/part-names.ts'
import { affectedSegments, answersKept, answersMax } from './affected-segments.ts'

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

const feature = (name: string): string =>
  `  - { name: ${name}, description: One, kind: count, events: [page_viewed], purpose: service }`
const segment = (name: string): string => `
  - name: of_${name}
    description: One
    owner: a@b.example
    objective: None
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: ${name} >= 3
    priority: 1
    purpose: service`

it('keeps as many answers as its limit, and gives the same beyond it', () => {
  const names = Array.from({ length: 14 }, (_, n) => `f${n}`)
  const many = testDefinition(
    1,
    `\nfeatures:\n${names.map(feature).join('\n')}\nsegments:${names.map(segment).join('')}\n`,
  )
  const parts = many.features.map(({ id }) => featurePart(id))
  // Each set of features is an answer of its own.
  const affectedBy = (set: number): number =>
    affectedSegments(many, new Set(parts.filter((_, bit) => (set & (1 << bit)) !== 0)), true).length
  for (let set = 0; set < answersMax; set += 1) affectedBy(set)
  expect(answersKept(many)).toBe(answersMax)
  for (let set = answersMax; set < answersMax + 100; set += 1) affectedBy(set)
  expect([answersKept(many), affectedBy(2 ** 14 - 1)]).toEqual([answersMax, 14])
})
