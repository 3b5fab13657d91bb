/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Body, Origin } from '#runtime/log/messages.ts'
import { keenOfViews, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent, type TestEvent } from '../../../../test/support/fold/events.ts'
import {
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import { createMemoryState, newMemoryContents } from '../memory-state.ts'

// A generation that is built beside the one that serves. ADR 0019.

const start = 1_700_000_000_000
const definition = testDefinition(1, keenOfViews(1))

const events: Origin = { kind: 'events' }
const links: Origin = { kind: 'links' }
const place = { origin: 'raw/channel.web/0/3', offset: 41, index: 2 }
const fed = (wanted: TestEvent, from = place): Body => ({
  kind: 'event',
  event: routedEvent(wanted),
  place: from,
})
const erase = (fragment: FragmentId, erasedAt?: number): Body => ({
  kind: 'erase',
  fragment,
  ...(erasedAt === undefined ? {} : { erasedAt: epochMs(erasedAt) }),
})

const [a = '' as FragmentId, b = '' as FragmentId] = fragmentsAt(0, 1, 2)

function built(): TestPartition {
  const state = createMemoryState(newMemoryContents(1))
  const p = testPartition({ partition: 0, partitions: 1, definitions: [definition], state })
  p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  return p
}

describe('a generation that is built', () => {
  it('writes transitions and says none, until it is told that it serves', () => {
    const p = built()
    const flush = p.send(start, fed({ id: 'e1', identifiers: [a], at: start }), events)
    expect(flush.rows.segment_transitions).toMatchObject([{ segment: 'keen', to: 'entered' }])
    expect(flush.segmentChanges).toEqual([])
    p.send(start, { kind: 'live' }, events)
    const later = p.send(start, fed({ id: 'e2', identifiers: [b], at: start }), events)
    expect(later.segmentChanges).toEqual(later.rows.segment_transitions)
    expect(later.segmentChanges).toHaveLength(1)
  })

  it('serves from the start when it is the first of all', () => {
    expect(newMemoryContents(0).meta.live).toBe(true)
    expect(newMemoryContents(7).meta.live).toBe(false)
  })

  it('sends no link of what it is fed and remembers that it was sent; what the old one never read has its link', () => {
    const p = built()
    const told = p.send(start, fed({ id: 'e1', identifiers: [a, b], at: start }), events)
    expect(told.links).toEqual([])
    p.send(start, { kind: 'live' }, events)
    const again = p.send(start, fed({ id: 'e2', identifiers: [a, b], at: start }), events)
    expect(again.links).toEqual([])
    const tail = p.send(start, fed({ id: 'e3', identifiers: [b, a], at: start }), events)
    expect(tail.links).toMatchObject([{ eventId: 'e3' }])
  })

  it('keeps the place that an event was first read from', () => {
    const flush = built().send(start, fed({ id: 'e1', identifiers: [a], at: start }), events)
    expect(flush.rows.events).toMatchObject([
      { origin: place.origin, origin_offset: 41, origin_index: 2 },
    ])
  })

  it.each([
    ['raw/channel.web.import/0/3', 'import'],
    ['raw/channel.web/0/3', 'event'],
  ])('knows by its place whether an event was imported: %s', (origin, cause) => {
    const event = fed({ id: 'e1', identifiers: [a], at: start }, { ...place, origin })
    expect(built().send(start, event, events).rows.segment_transitions).toMatchObject([{ cause }])
  })
})

describe('an erasure that the live generation decided', () => {
  it('comes first, moves no clock, is no news, and keeps what was received before it away', () => {
    const p = built()
    const { clock } = p.state.meta
    const flush = p.send(0, erase(a, start + 5), events)
    expect(flush.rows.profile_identifiers).toEqual([])
    expect(flush.suppressions).toEqual([])
    expect(p.state.meta.clock).toBe(clock)
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 5 }), events)
    expect(p.state.meta.counters).toMatchObject({ applied: 0, suppressed: 1 })
    p.send(start, fed({ id: 'e2', identifiers: [a], at: start, receivedAt: start + 6 }), events)
    expect(p.state.meta.counters.applied).toBe(1)
  })

  it('does not take the word of an earlier erasure for that of a later one, nor a clock that lies apart for another', () => {
    const day = 86_400_000
    const ordered = (at: number): Body => ({
      kind: 'erase',
      fragment: a,
      orderedAt: epochMs(at),
    })
    const p = built()
    p.send(start, erase(a, start + 5), events)
    p.send(
      start,
      fed({ id: 'e1', identifiers: [a], at: start + 10, receivedAt: start + 10 }),
      events,
    )
    p.send(start + 20, ordered(start + day), links)
    expect(p.state.fragment(a)?.content.seen).not.toBeNull()
    p.send(start + 30, ordered(start + 2 * day), links)
    expect(p.state.fragment(a)).toMatchObject({ erasedAt: start + 10, content: { seen: null } })
  })

  it('is not decided again by the linker that is built: what came later stays', () => {
    const p = built()
    p.send(start, erase(a, start + 5), events)
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 6 }), events)
    p.send(start + 60, erase(a), links)
    expect(p.state.fragment(a)).toMatchObject({
      erasedAt: start + 5,
      content: { seen: { events: 1 } },
    })
  })

  it('that comes in the middle takes what was fed before it', () => {
    const p = built()
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 1 }), events)
    const flush = p.send(start, erase(a, start + 5), events)
    expect(flush.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'erasure' }])
    expect(flush.segmentChanges).toEqual([])
    expect(p.state.fragment(a)).toMatchObject({ erasedAt: start + 5, content: { seen: null } })
  })

  it('told again changes nothing', () => {
    const p = built()
    p.send(start, erase(a, start + 5), events)
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 6 }), events)
    const flush = p.send(start, erase(a, start + 5), events)
    expect(flush.rows.profile_identifiers).toEqual([])
    expect(p.state.fragment(a)?.content.seen?.events).toBe(1)
  })
})

describe('an erasure that only the new rules ask for', () => {
  it('takes what is known, and nothing that was received later', () => {
    const p = built()
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 1 }), events)
    expect(p.send(start + 60, erase(a), links).suppressions).toEqual([])
    expect(p.state.fragment(a)).toMatchObject({ erasedAt: start + 1, content: { seen: null } })
    p.send(start, fed({ id: 'e2', identifiers: [a], at: start, receivedAt: start + 2 }), events)
    expect(p.state.meta.counters).toMatchObject({ applied: 2 })
  })
})
