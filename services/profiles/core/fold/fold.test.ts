/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { type Body, memberEffectBase, type Message, type Origin } from '#runtime/log/messages.ts'
import { segmentEntry, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent, type TestEvent } from '../../../../test/support/fold/events.ts'
import {
  birth,
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import { LogBeforeDefineError } from './context.ts'

const hour = 3_600_000
const start = 1_700_000_000_000

const features = `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }
`
const segments = (enter: string) => `
segments:
${segmentEntry('warm', `enter: ${enter}`)}
`
const one = testDefinition(1, features + segments('heat >= 0.5'))
const two = testDefinition(2, features + segments('views >= 100'))
const definitions = [one, two]

const define = (version: number): Body => ({ kind: 'define', version: definitionVersion(version) })
const event = (wanted: TestEvent): Body => ({ kind: 'event', event: routedEvent(wanted) })
const definitionsOrigin: Origin = { kind: 'definitions' }

function started(partitions = 1, partition = 0): TestPartition {
  const at = testPartition({ partition, partitions, definitions })
  at.send(start, define(1), definitionsOrigin)
  return at
}

const [a = '' as FragmentId, b = '' as FragmentId] = fragmentsAt(0, 2, 2)
const [far = '' as FragmentId] = fragmentsAt(1, 2, 1)

describe('an event', () => {
  it('counts once, whatever redelivers it', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const again = p.send(start + 1, event({ id: 'e1', identifiers: [a], at: start }))
    expect(again.rows.events).toEqual([])
    expect(p.state.fragment(a)?.content.seen?.events).toBe(1)
    expect(p.state.meta.counters).toMatchObject({ applied: 1, duplicates: 1 })
  })

  it('is remembered for its window of log time only', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const later = start + one.idMemoryMs + 1
    p.send(later, event({ id: 'e1', identifiers: [a], at: start }))
    expect(p.state.meta.counters).toMatchObject({ applied: 2, duplicates: 0 })
  })

  it('without a usable identifier is kept without a fragment, once', () => {
    const p = started()
    const flush = p.send(start, event({ id: 'e1', identifiers: [], at: start }))
    p.send(start, event({ id: 'e1', identifiers: [], at: start }))
    expect(flush.rows.events).toMatchObject([{ fragment_id: '', event_id: 'e1' }])
    expect(p.state.meta.counters).toMatchObject({ unattributed: 1, duplicates: 1, applied: 0 })
  })

  it('whose home is elsewhere is refused and changes nothing', () => {
    const p = started(2, 0)
    const flush = p.send(start, event({ id: 'e1', identifiers: [far], at: start }))
    expect(flush.rejections).toMatchObject([{ reason: 'misrouted', offset: 1, index: 0 }])
    expect(p.state.fragment(far)).toBeUndefined()
  })

  it('before the first Define stops the partition', () => {
    const p = testPartition({ partition: 0, partitions: 1, definitions })
    expect(() => p.send(start, event({ id: 'e1', identifiers: [a], at: start }))).toThrow(
      LogBeforeDefineError,
    )
  })

  it('sends its identifier set as evidence once per set and window', () => {
    const p = started()
    const first = p.send(start, event({ id: 'e1', identifiers: [a, b], at: start }))
    const second = p.send(start, event({ id: 'e2', identifiers: [a, b], at: start }))
    const third = p.send(
      start + one.linkMemoryMs + 1,
      event({ id: 'e3', identifiers: [a, b], at: start }),
    )
    expect(first.links).toMatchObject([
      { eventId: 'e1', sender: { generation: 1, partition: 0, position: [1, 0, 0] } },
    ])
    expect(second.links).toEqual([])
    expect(third.links).toHaveLength(1)
    expect(third.links[0]?.linkId).not.toBe(first.links[0]?.linkId)
  })
})

describe('positions and marks', () => {
  it('a message at or below its origin mark changes nothing', () => {
    const p = testPartition({ partition: 0, partitions: 1, definitions })
    p.send(start, define(1), definitionsOrigin)
    const before = structuredClone(p.state.meta.counters)
    p.sendAll(start, [event({ id: 'e1', identifiers: [a], at: start })], definitionsOrigin)
    expect(p.state.meta.counters.applied).toBe(before.applied + 1)
    const marked = p.state.meta.marks.get('definitions')
    expect(marked).toEqual([1, 0, 0])
  })
})

const assign = (fragment: FragmentId, to: FragmentId): Body => ({
  kind: 'assign',
  fragment,
  profile: birth(to),
})

describe('hand-over', () => {
  const links: Origin = { kind: 'links' }

  it('sends a whole Member after an assignment, changed parts later, and a Leave at the end', () => {
    const p = started(2, 0)
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const away = p.send(start, assign(a, far), links)
    expect(away.frames.get(1)).toMatchObject([
      {
        position: [2, 0, memberEffectBase],
        body: { kind: 'member', profile: birth(far), fragment: a, whole: true },
      },
    ])
    expect(away.rows.profiles).toMatchObject([{ profile_id: birth(a), deleted: 1 }])
    const changed = p.sendAll(start + 1, [
      event({ id: 'e2', identifiers: [a], at: start + 1 }),
      event({ id: 'e3', identifiers: [a], at: start + 2 }),
    ])
    expect(changed.frames.get(1)).toMatchObject([
      { position: [3, 1, memberEffectBase], body: { kind: 'member', whole: false } },
    ])
    const back = p.send(start + 3, assign(a, a), links)
    expect(back.frames.get(1)).toEqual([
      { position: [4, 0, 0], body: { kind: 'leave', profile: birth(far), fragment: a } },
    ])
    expect(back.rows.profiles).toMatchObject([{ profile_id: birth(a), deleted: 0, events: 3 }])
    expect(back.rows.segment_transitions).toMatchObject([{ to: 'entered', cause: 'split' }])
  })

  it('a profile is the sum of its members, and what leaves is gone', () => {
    const home = started(2, 1)
    const owner = started(2, 0)
    owner.send(start, event({ id: 'o1', identifiers: [a], at: start }))
    home.send(start, event({ id: 'e1', identifiers: [far], at: start }))
    const log: Origin = { kind: 'log', generation: 1, partition: 1 }
    const sent = home.send(start, assign(far, a), links).frames.get(0) ?? []
    const joined = owner.sendAll(start + 1, bodies(sent), log)
    expect(joined.rows.profiles).toMatchObject([
      { events: 2, f_views: 2, members: [a, far].toSorted() },
    ])
    const left = owner.send(start + 2, { kind: 'leave', profile: birth(a), fragment: far }, log)
    expect(left.rows.profiles).toMatchObject([{ events: 1, f_views: 1, members: [a] }])
  })

  it('refuses a malformed part without touching the profile', () => {
    const p = started(2, 0)
    const flush = p.send(start, {
      kind: 'member',
      profile: birth(a),
      fragment: far,
      whole: true,
      parts: [
        { name: 'seen', state: { firstAt: 1, lastAt: 1, newestReceivedAt: 1, events: 1 } },
        { name: 'traits', state: 7 },
      ],
    })
    expect(flush.rejections).toMatchObject([{ reason: 'malformed_part', detail: 'traits' }])
    expect(p.state.profile(birth(a))).toBeUndefined()
  })
})

describe('erasure', () => {
  it('drops everything, and what was received before it never comes back', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a, b], at: start }))
    const erased = p.send(start + 10, { kind: 'erase', fragment: a }, { kind: 'links' })
    expect(erased.rows.profiles).toMatchObject([{ profile_id: birth(a), deleted: 1 }])
    expect(erased.rows.profile_identifiers).toMatchObject([{ fragment_id: a, deleted: 1 }])
    expect(erased.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'erasure' }])
    p.send(start + 20, event({ id: 'e0', identifiers: [a], at: start, receivedAt: start + 10 }))
    expect(p.state.meta.counters.suppressed).toBe(1)
    const anew = p.send(start + 30, event({ id: 'e1', identifiers: [a, b], at: start + 30 }))
    expect(anew.rows.profiles).toMatchObject([{ deleted: 0, events: 1 }])
    expect(anew.rows.profile_identifiers).toMatchObject([{ deleted: 0 }])
    expect(anew.links).toHaveLength(1)
  })

  it('covers what a duplicate was received with, though the log’s clock is behind the brokers of the raw topics', () => {
    const p = started()
    const again = event({ id: 'e1', identifiers: [a], at: start, receivedAt: start + 500 })
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    p.send(start + 10, again)
    p.send(start + 20, { kind: 'erase', fragment: a }, { kind: 'links' })
    p.send(start + 30, again)
    expect(p.state.meta.counters).toMatchObject({ applied: 1, duplicates: 1, suppressed: 1 })
  })

  it('reaches the owner of a fragment that belongs to another profile', () => {
    const p = started(2, 0)
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    p.send(start, { kind: 'assign', fragment: a, profile: birth(far) }, { kind: 'links' })
    const erased = p.send(start, { kind: 'erase', fragment: a }, { kind: 'links' })
    expect(bodies(erased.frames.get(1) ?? [])).toEqual([
      {
        kind: 'member',
        profile: birth(far),
        fragment: a,
        whole: true,
        parts: [{ name: 'cause', state: 'erasure' }],
      },
    ])
  })
})

describe('time', () => {
  it('an exit happens at its due time, before the message that moved the clock', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const ticked = p.send(start + 5 * hour, { kind: 'tick' }, null)
    expect(ticked.rows.segment_transitions).toHaveLength(1)
    const [exit] = ticked.rows.segment_transitions
    expect(exit).toMatchObject({ to: 'exited', cause: 'timer', seq: 0 })
    const at = Date.parse(exit?.at ?? '')
    expect(at).toBeGreaterThanOrEqual(start + hour)
    expect(at).toBeLessThanOrEqual(start + hour + 1)
    expect(p.state.profile(birth(a))?.timer).toBeNull()
  })

  it('an exit and a new entry in one message keep their order', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const flush = p.send(
      start + 9 * hour,
      event({ id: 'e2', identifiers: [a], at: start + 9 * hour }),
    )
    expect(flush.rows.segment_transitions).toMatchObject([
      { seq: 0, to: 'exited', cause: 'timer' },
      { seq: 1, to: 'entered', cause: 'event' },
    ])
    expect(flush.rows.segment_memberships).toMatchObject([{ member: 1 }])
    expect(flush.rows.profiles).toHaveLength(1)
  })

  it('the clock never goes back', () => {
    const p = started()
    p.send(start + hour, { kind: 'tick' }, null)
    p.send(start, { kind: 'tick' }, null)
    expect(p.state.meta.clock).toBe(epochMs(start + hour))
  })
})

describe('a new definition', () => {
  it('takes members out that its rule excludes, by the cursor of the next messages', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const defined = p.send(start + 1, define(2), definitionsOrigin)
    expect(defined.rows.segment_transitions).toEqual([])
    const ticked = p.send(start + 2, { kind: 'tick' }, null)
    expect(ticked.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'define' }])
    expect(ticked.segmentChanges).toEqual([])
    expect(p.state.meta.cursor).toBeNull()
  })

  it('meets a profile before its next event does', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const flush = p.sendAll(
      start + 1,
      [define(2), event({ id: 'e2', identifiers: [a], at: start + 1 })],
      definitionsOrigin,
    )
    expect(flush.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'define' }])
  })

  it('of a lower version is ignored', () => {
    const p = started()
    p.send(start, define(2), definitionsOrigin)
    p.send(start, define(1), definitionsOrigin)
    expect(p.state.meta.definition).toBe(2)
  })
})

it('an import publishes nothing', () => {
  const p = started()
  const origin: Origin = { kind: 'raw', topic: 'crm.import', incarnation: 0, partition: 0 }
  const flush = p.send(start, event({ id: 'e1', identifiers: [a], at: start }), origin)
  expect(flush.rows.segment_transitions).toMatchObject([{ to: 'entered', cause: 'import' }])
  expect(flush.segmentChanges).toEqual([])
})

const bodies = (messages: readonly Message[]): Body[] => messages.map(({ body }) => body)
