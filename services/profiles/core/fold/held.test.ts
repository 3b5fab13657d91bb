/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, it } from 'vitest'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { Origin } from '#runtime/log/messages.ts'
import { keenOfViews, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import {
  birth,
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import { createMemoryState, newMemoryContents } from '../memory-state.ts'

// What a generation that has just begun to serve makes of memberships that the one before had otherwise. ADR 0038.

const start = 1_700_000_000_000
const events: Origin = { kind: 'events' }
const [a, b] = fragmentsAt(0, 1, 2) as [FragmentId, FragmentId]
const place = { origin: 'raw/channel.web/0/3', offset: 41, index: 2 }

/** Two views of `a`, one of `b`, under a rule that asks for two; then it serves. */
function serving(notify: boolean): TestPartition {
  const plain = testDefinition(1, keenOfViews(2))
  const p = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [notify ? { ...plain, notify } : plain],
    state: createMemoryState(newMemoryContents(1)),
  })
  p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  for (const [index, fragment] of [a, a, b].entries())
    p.send(
      start + index,
      {
        kind: 'event',
        event: routedEvent({ id: `e${index}`, identifiers: [fragment], at: start + index }),
        place,
      },
      events,
    )
  p.send(start + 9, { kind: 'live' }, events)
  return p
}

const held = (fragment: FragmentId, ...segments: string[]) =>
  ({ kind: 'held', profile: birth(fragment), segments }) as const

describe('members of the generation before', () => {
  it('leave with cause define when the rules of this one do not have them, and nobody is told', () => {
    const { rows, segmentChanges } = serving(false).send(start, held(b, 'keen'), events)
    expect(rows.segment_transitions).toMatchObject([
      {
        profile_id: birth(b),
        segment: 'keen',
        to: 'exited',
        cause: 'define',
        because: '{"views":1}',
        rule_version: 1,
      },
    ])
    expect(segmentChanges).toEqual([])
  })

  it('are told of where the file was deployed so; who is new is told too, and has entered when it did', () => {
    const p = serving(true)
    const left = p.send(start, held(b, 'keen'), events)
    expect(left.segmentChanges).toEqual(left.rows.segment_transitions)
    const came = p.send(start, held(a), events)
    expect(came.rows.segment_transitions).toEqual([])
    expect(came.segmentChanges).toMatchObject([
      { profile_id: birth(a), segment: 'keen', to: 'entered', cause: 'define' },
    ])
  })

  it('that are members still have nothing to hear, nor has a message that comes again', () => {
    const p = serving(true)
    const same = p.send(start, held(a, 'keen'), events)
    expect([same.rows.segment_transitions, same.segmentChanges]).toEqual([[], []])
  })

  it('leave segments that are gone from the file, and profiles that are gone', () => {
    const p = serving(false)
    const { rows } = p.send(start, held(a, 'keen', 'lost'), events)
    expect(rows.segment_transitions).toMatchObject([
      { segment: 'lost', to: 'exited', cause: 'define', because: '{}' },
    ])
    const [stranger] = fragmentsAt(0, 1, 3).slice(2)
    const gone = p.send(start, held(stranger ?? a, 'keen'), events)
    expect(gone.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'define' }])
    expect(p.state.profile(birth(stranger ?? a))).toBeUndefined()
  })

  it('change nothing of the state', () => {
    const p = serving(false)
    const before = JSON.stringify([...(p.state.profile(birth(b))?.segments ?? [])])
    p.send(start, held(b, 'keen'), events)
    expect(JSON.stringify([...(p.state.profile(birth(b))?.segments ?? [])])).toBe(before)
  })
})

describe('a deploy', () => {
  it.each([
    [false, 0],
    [true, 1],
  ])('with --notify %s tells consumers of %i who left by it', (notify, told) => {
    const loose = testDefinition(1, keenOfViews(1))
    const tight = testDefinition(2, keenOfViews(2))
    const p = testPartition({
      partition: 0,
      partitions: 1,
      definitions: [loose, notify ? { ...tight, notify } : tight],
    })
    p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
    p.send(start, { kind: 'event', event: routedEvent({ id: 'e', identifiers: [a], at: start }) })
    p.send(start, { kind: 'define', version: definitionVersion(2) }, { kind: 'definitions' })
    const flush = p.send(start + 1, { kind: 'tick' }, null)
    expect(flush.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'define' }])
    expect(flush.segmentChanges).toHaveLength(told)
  })
})
