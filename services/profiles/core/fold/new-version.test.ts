/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, it } from 'vitest'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { birth, fragmentsAt, testPartition } from '../../../../test/support/fold/partition.ts'

// A changed half-life is a new version of a feature: another id, an empty state beside the old one. ADR 0004.

const start = 1_700_000_000_000
const day = 86_400_000
const [person] = fragmentsAt(0, 1, 1) as [FragmentId]

const heat = (halfLife: string) => `
features:
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: ${halfLife}, purpose: service }
`
const view = (id: string, at: number) =>
  ({ kind: 'event', event: routedEvent({ id, identifiers: [person], at }) }) as const

it('begins empty, is what profiles show, and the old state is carried unread beside it', () => {
  const definitions = [testDefinition(1, heat('1d')), testDefinition(2, heat('2d'))]
  const [before, after] = definitions.map(({ featureByName }) => featureByName.get('heat')?.id)
  const p = testPartition({ partition: 0, partitions: 1, definitions })
  p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  p.sendAll(start, [view('a', start), view('b', start)])
  p.send(start, { kind: 'define', version: definitionVersion(2) }, { kind: 'definitions' })
  const walked = p.send(start + 1, { kind: 'tick' }, null)
  expect(walked.rows.profiles).toMatchObject([
    { profile_id: birth(person), definition: 2, f_heat: null, f_heat_half_life_ms: null },
  ])
  const later = p.send(start + day, view('c', start + day))
  expect(later.rows.profiles).toMatchObject([{ f_heat: 1, f_heat_half_life_ms: 2 * day }])
  const states = p.state.fragment(person)?.content.features
  expect([...(states?.keys() ?? [])]).toEqual([before, after])
  expect(states?.get(before as never)).not.toEqual(states?.get(after as never))
})

it('going back finds the old state where it was left', () => {
  const definitions = [
    testDefinition(1, heat('1d')),
    testDefinition(2, heat('2d')),
    testDefinition(3, heat('1d')),
  ]
  const p = testPartition({ partition: 0, partitions: 1, definitions })
  p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  p.send(start, view('a', start))
  p.send(start, { kind: 'define', version: definitionVersion(2) }, { kind: 'definitions' })
  p.send(start, view('b', start))
  p.send(start, { kind: 'define', version: definitionVersion(3) }, { kind: 'definitions' })
  const { rows } = p.send(start, view('c', start))
  // What came meanwhile is not in it: for that there is a rebuild.
  expect(rows.profiles).toMatchObject([{ f_heat: 2, f_heat_half_life_ms: day }])
})
