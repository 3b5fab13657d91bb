/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { ExpireRecord } from '#runtime/log/links.ts'
import type { Body, Message, Origin } from '#runtime/log/messages.ts'
import { keenOfViews, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent, type TestEvent } from '../../../../test/support/fold/events.ts'
import {
  birth,
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import { createMemoryState, newMemoryContents } from '../memory-state.ts'
import type { Flush } from './flush.ts'

const day = 86_400_000
const start = 1_700_000_000_000
const definitions = [
  testDefinition(1, `expire: { anonymous: 10d }\n${keenOfViews(1)}`),
  testDefinition(2, keenOfViews(1)),
  testDefinition(3, `expire: { anonymous: 3d }\n${keenOfViews(1)}`),
  testDefinition(4, `expire: { anonymous: 10d, types: [email, anonymous_id] }\n${keenOfViews(1)}`),
  testDefinition(5, `expire: { anonymous: 10d }\n${keenOfViews(1).replace('>= 1', '<= 1')}`),
]

const links: Origin = { kind: 'links' }
const events: Origin = { kind: 'events' }
const from = (partition: number): Origin => ({ kind: 'log', generation: 1, partition })
const define = (version: number): Body => ({ kind: 'define', version: definitionVersion(version) })
const event = (wanted: TestEvent): Body => ({ kind: 'event', event: routedEvent(wanted) })
const expire = ({ receivedAt }: ExpireRecord, fragment: FragmentId): Body => ({
  kind: 'expire',
  fragment,
  newestReceivedAt: receivedAt,
})
const tick: Body = { kind: 'tick' }

const [a = '' as FragmentId, b = '' as FragmentId] = fragmentsAt(0, 2, 2, 'anonymous_id')
const [far = '' as FragmentId] = fragmentsAt(1, 2, 1, 'anonymous_id')
const [known = '' as FragmentId] = fragmentsAt(0, 2, 1, 'email')

function started(version = 1, partition = 0, generation = 0): TestPartition {
  const p = testPartition({
    partition,
    partitions: 2,
    definitions,
    state: createMemoryState(newMemoryContents(generation)),
  })
  p.send(start, define(version), { kind: 'definitions' })
  return p
}

const askedIn = ({ links: said }: Flush): readonly ExpireRecord[] =>
  said.filter((record) => record.kind === 'expire')
const bodiesTo = ({ frames }: Flush, partition: number): readonly Body[] =>
  (frames.get(partition) ?? []).map(({ body }: Message) => body)

describe('a profile of nobody known', () => {
  it('is asked about at the moment when it was silent for too long, and not before', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    p.send(start + day, event({ id: 'e2', identifiers: [a], at: start + day }))
    expect(askedIn(p.send(start + 11 * day - 1, tick, null))).toEqual([])
    expect(askedIn(p.send(start + 11 * day, tick, null))).toMatchObject([
      {
        fragments: [a],
        types: ['anonymous_id'],
        receivedAt: start + day,
        logTime: start + 11 * day,
      },
    ])
    expect(p.state.profile(birth(a))?.shown).toBe(true)
  })

  it('ends when the linker lets it: exits say why, its rows are closed, and what it knew is gone', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const [asked] = askedIn(p.send(start + 10 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    const { rows, expiries } = p.send(start + 10 * day + 5, expire(asked, a), links)
    expect(rows.profiles).toMatchObject([{ profile_id: birth(a), deleted: 1 }])
    expect(rows.profile_identifiers).toMatchObject([
      { fragment_id: a, deleted: 1, expired_at: new Date(start).toISOString() },
    ])
    expect(rows.segment_transitions).toMatchObject([
      { segment: 'keen', to: 'exited', cause: 'expiry', because: '{}' },
    ])
    expect(expiries).toEqual([{ fragment: a, expiredAt: start }])
    expect(p.state.fragment(a)?.content.seen).toBeNull()
    expect(p.state.profile(birth(a))).toBeUndefined()
    expect(p.state.nextTimer()).toBeUndefined()
    expect(p.state.meta.counters).toMatchObject({ expiriesAsked: 1, expired: 1 })
  })

  it('starts anew with the next event; what was received before its end stays away, whoever delivers it', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const [asked] = askedIn(p.send(start + 10 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    p.send(start + 10 * day, expire(asked, a), links)
    p.send(start + 50 * day, event({ id: 'e1', identifiers: [a], at: start }))
    expect(p.state.meta.counters).toMatchObject({ applied: 1, suppressed: 1 })
    const later = start + 51 * day
    const { rows } = p.send(later, event({ id: 'e2', identifiers: [a], at: later }))
    expect(rows.profiles).toMatchObject([{ events: 1, deleted: 0 }])
    expect(rows.profile_identifiers).toMatchObject([
      { deleted: 0, expired_at: new Date(start).toISOString() },
    ])
    // The word comes once more, as after a crash of the linker: it is about the life before.
    expect(p.send(later + 1, expire(asked, a), links).rows.profiles).toEqual([])
    expect(p.state.fragment(a)?.content.seen?.events).toBe(1)
  })

  it('goes on when something newer came while the linker was asked', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    const [asked] = askedIn(p.send(start + 10 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    const now = start + 10 * day + 1
    p.send(now, event({ id: 'e2', identifiers: [a], at: now }))
    const { rows, expiries } = p.send(now + 1, expire(asked, a), links)
    expect([rows.profiles, expiries]).toEqual([[], []])
    expect(p.state.fragment(a)?.content.seen?.events).toBe(2)
    expect(askedIn(p.send(now + 10 * day, tick, null))).toHaveLength(1)
  })

  it('is asked about again after as long a silence when the linker says nothing', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    expect(askedIn(p.send(start + 10 * day, tick, null))).toHaveLength(1)
    expect(askedIn(p.send(start + 20 * day - 1, tick, null))).toEqual([])
    expect(askedIn(p.send(start + 20 * day, tick, null))).toHaveLength(1)
  })
})

describe('who stays', () => {
  it('has one identifier that names somebody', () => {
    const p = started()
    p.send(start, event({ id: 'e1', identifiers: [known], at: start }))
    p.send(start, event({ id: 'e2', identifiers: [a], at: start }))
    p.send(start, { kind: 'assign', fragment: a, profile: birth(known) }, links)
    expect(p.state.nextTimer()).toBeUndefined()
    expect(askedIn(p.send(start + 1000 * day, tick, null))).toEqual([])
  })

  it('is whom the definition says: other types may name nobody, too', () => {
    const p = started(4)
    p.send(start, event({ id: 'e1', identifiers: [known], at: start }))
    expect(askedIn(p.send(start + 10 * day, tick, null))).toMatchObject([{ fragments: [known] }])
  })

  it('follows the definition in force: without `expire` nobody goes, a shorter time holds at once', () => {
    const p = started(2)
    p.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    expect(askedIn(p.send(start + 5 * day, tick, null))).toEqual([])
    expect(p.state.nextTimer()).toBeUndefined()
    p.send(start + 5 * day, define(3), { kind: 'definitions' })
    p.send(start + 5 * day + 1, tick, null)
    expect(askedIn(p.send(start + 5 * day + 2, tick, null))).toHaveLength(1)
    const r = started(1)
    r.send(start, event({ id: 'e1', identifiers: [a], at: start }))
    r.send(start + day, define(2), { kind: 'definitions' })
    r.send(start + day, tick, null)
    expect(r.state.nextTimer()).toBeUndefined()
  })
})

function relay(owner: TestPartition, flush: Flush, partition = 0): Flush[] {
  return bodiesTo(flush, 0).map((body) => owner.send(start + day, body, from(partition)))
}

/** `far` at home 1 belongs to `a` at home 0, and so does `b`. */
function joined(version = 1) {
  const owner = started(version, 0)
  const home = started(version, 1)
  owner.send(start, event({ id: 'e1', identifiers: [a], at: start }))
  owner.send(start, event({ id: 'e2', identifiers: [b], at: start }))
  home.send(start + day, event({ id: 'e3', identifiers: [far], at: start + day }))
  relay(owner, owner.send(start + day, { kind: 'assign', fragment: b, profile: birth(a) }, links))
  relay(
    owner,
    home.send(start + day, { kind: 'assign', fragment: far, profile: birth(a) }, links),
    1,
  )
  return { owner, home }
}

describe('a profile of several', () => {
  it('is asked about once its newest member was silent for as long', () => {
    const { owner } = joined()
    expect(askedIn(owner.send(start + 11 * day - 1, tick, null))).toEqual([])
    expect(askedIn(owner.send(start + 11 * day, tick, null))).toMatchObject([
      { fragments: [a, b, far].toSorted(), receivedAt: start + day },
    ])
  })

  it('goes as one: nobody enters a segment by what is left in between, and the exit says why', () => {
    const { owner, home } = joined()
    const [asked] = askedIn(owner.send(start + 11 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    const gone = [
      owner.send(start + 11 * day, expire(asked, a), links),
      ...relay(owner, owner.send(start + 11 * day, expire(asked, b), links)),
    ]
    expect(gone.flatMap(({ rows }) => rows.segment_transitions)).toEqual([])
    const last = home.send(start + 11 * day, expire(asked, far), links)
    expect(bodiesTo(last, 0)).toMatchObject([{ kind: 'member', whole: true, fragment: far }])
    expect(home.state.fragment(far)?.assigned).toBe(birth(far))
    const [end] = relay(owner, last, 1)
    expect(end?.rows.segment_transitions).toMatchObject([{ to: 'exited', cause: 'expiry' }])
    expect(end?.rows.profiles).toMatchObject([{ profile_id: birth(a), deleted: 1 }])
    expect(owner.state.nextTimer()).toBeUndefined()
  })

  it('is not decided by what is left while it goes, and is when something is left for longer', () => {
    const { owner } = joined(5)
    const [asked] = askedIn(owner.send(start + 11 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    const gone = [
      owner.send(start + 11 * day, expire(asked, a), links),
      ...relay(owner, owner.send(start + 11 * day, expire(asked, b), links)),
    ]
    // One view is left, for which the rule holds.
    expect(gone.flatMap(({ rows }) => rows.segment_transitions)).toEqual([])
    const { rows } = owner.send(start + 11 * day + 60_000, tick, null)
    expect(rows.segment_transitions).toMatchObject([{ segment: 'keen', to: 'entered' }])
  })

  it('leaves the one that has spoken meanwhile on its own, and what is left is decided anew', () => {
    const { owner, home } = joined()
    const [asked] = askedIn(owner.send(start + 11 * day, tick, null))
    if (asked === undefined) throw new Error('nobody asked')
    const now = start + 11 * day + 1
    relay(owner, home.send(now, event({ id: 'e9', identifiers: [far], at: now })), 1)
    const kept = home.send(now + 1, expire(asked, far), links)
    expect(bodiesTo(kept, 0)).toMatchObject([{ kind: 'leave', fragment: far }])
    expect(home.state.profile(birth(far))?.shown).toBe(true)
    expect(home.state.fragment(far)?.content.seen?.events).toBe(2)
  })
})

const fed = (wanted: TestEvent): Body => ({
  kind: 'event',
  event: routedEvent(wanted),
  place: { origin: 'raw/channel.web/0/0', offset: 1, index: 0 },
})

describe('a generation that is built', () => {
  it('asks nobody; when it serves, it asks about whoever is silent, and writes no row for that', () => {
    const p = started(1, 0, 1)
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start }), events)
    expect(askedIn(p.send(start + 20 * day, tick, null))).toEqual([])
    expect(p.state.nextTimer()).toBeUndefined()
    const live = p.send(start + 20 * day, { kind: 'live' }, events)
    expect(live.rows.profiles).toEqual([])
    expect(p.state.meta.cursor).toBeNull()
    expect(askedIn(p.send(start + 20 * day, tick, null))).toHaveLength(1)
  })

  it('keeps the rows of a life that has ended, and not the life', () => {
    const p = started(1, 0, 1)
    p.send(start, { kind: 'expire', fragment: a, newestReceivedAt: epochMs(start) }, events)
    const old = p.send(start, fed({ id: 'e1', identifiers: [a], at: start }), events)
    expect(old.rows.events).toHaveLength(1)
    expect(old.rows.profiles).toEqual([])
    const anew = p.send(start + 1, fed({ id: 'e2', identifiers: [a], at: start + 1 }), events)
    expect(anew.rows.profiles).toMatchObject([{ events: 1 }])
  })

  it('lets a life go that ended while it was fed', () => {
    const p = started(1, 0, 1)
    p.send(start, fed({ id: 'e1', identifiers: [a], at: start }), events)
    const gone = p.send(
      start,
      { kind: 'expire', fragment: a, newestReceivedAt: epochMs(start) },
      events,
    )
    expect(gone.rows.profiles).toMatchObject([{ deleted: 1 }])
    expect(gone.expiries).toEqual([])
  })
})

it('however many are due at once, a thousand of them go per message', () => {
  const p = testPartition({
    partition: 0,
    partitions: 1,
    definitions,
    state: createMemoryState(newMemoryContents(0)),
  })
  p.send(start, define(1), { kind: 'definitions' })
  const many = fragmentsAt(0, 1, 2500, 'anonymous_id')
  p.sendAll(
    start,
    many.map((id, n) => event({ id: `e${n}`, identifiers: [id], at: start })),
  )
  const at = start + 10 * day
  const asked = [0, 1, 2, 3].map(() => askedIn(p.send(at, tick, null)).length)
  expect(asked).toEqual([1000, 1000, 500, 0])
})
