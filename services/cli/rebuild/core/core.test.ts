/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { Frame, Origin } from '#runtime/log/messages.ts'
import { homeOf, partitionOfEvent } from '#runtime/pseudonym/pseudonym.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import type { StoredEvent } from '../../verify/stored-event.ts'
import type { FedLink, FedRow, TailRecord } from '../generations.ts'
import { framesOf, type FedMessage, messagesOfRows, newestOf } from './frames.ts'
import { createRerouter } from './reroute.ts'
import { createLinkQueue, slicesOf } from './slices.ts'
import { mergeTails, messagesOfTail } from './tail.ts'

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve()
  yield* items
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const row = (logTime: number, n: number, more: Partial<StoredEvent> = {}): FedRow => ({
  key: { logTime, partition: 0, version: String(n) },
  event: {
    fragment_id: 'user_id:u' as FragmentId,
    event_id: `e${n}`,
    event_key: 'AAAAAAAAAAAAAAAAAAAAAA' as StoredEvent['event_key'],
    channel: 'web',
    source: 'test',
    type: 'page_viewed',
    occurred_at: '2026-01-01T00:00:00.000Z',
    received_at: '2026-01-01T00:00:00.000Z',
    identifiers: [
      { id: 'user_id:u' as FragmentId, blocked: '' },
      { id: 'email:e' as FragmentId, blocked: '' },
    ],
    traits: '{}',
    trait_kind: 'observed',
    party: 'first',
    consent: {},
    machine: '',
    properties: '{}',
    schema_id: null,
    unknown_type: 0,
    flags: [],
    definition: '1',
    ...more,
  },
  origin: 'raw/channel.web/0/0',
  originOffset: n,
  originIndex: 0,
})

const anyRows = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }).map((gaps) => {
  let time = 0
  return gaps.map((gap, n) => row((time += gap), n))
})
const anyBounds = fc.record({
  sliceMs: fc.integer({ min: 0, max: 60 }),
  sliceEvents: fc.integer({ min: 1, max: 10 }),
})

describe('slices', () => {
  it('one after another are the rows, and none is beyond its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, anyBounds, async (rows, bounds) => {
        const slices = await all(slicesOf(from(rows), bounds))
        expect(slices.flat()).toEqual(rows)
        for (const slice of slices) {
          expect(slice.length).toBeLessThanOrEqual(bounds.sliceEvents)
          const last = slice.at(-1) ?? slice[0]
          expect(last.key.logTime - slice[0].key.logTime).toBeLessThanOrEqual(bounds.sliceMs)
        }
      }),
    )
  })

  it('are the same ones when the feed goes on after any of them', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, anyBounds, fc.nat(20), async (rows, bounds, n) => {
        const slices = await all(slicesOf(from(rows), bounds))
        const done = slices.slice(0, n).flat().length
        expect(await all(slicesOf(from(rows.slice(done)), bounds))).toEqual(slices.slice(n))
      }),
    )
  })
})

const link = (n: number, logTime: number): FedLink => ({
  offset: offset(n),
  key: `l${n}`,
  record: { kind: 'link', logTime: epochMs(logTime) } as FedLink['record'],
})
const command = (n: number): FedLink => ({
  offset: offset(n),
  key: `c${n}`,
  record: { kind: 'command', at: epochMs(10 ** 12) } as FedLink['record'],
})

describe('links', () => {
  it('keep the order of their log, whatever they are asked for', async () => {
    const anyLinks = fc
      .array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 30 })
      .map((times) => times.map((time, n) => (time === null ? command(n) : link(n, time))))
    const anyEnds = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(anyLinks, anyEnds, async (links, ends) => {
        const queue = createLinkQueue(from(links))
        const taken: FedLink[] = []
        for (const end of [...ends.toSorted((x, y) => x - y), Number.POSITIVE_INFINITY]) {
          const now = await queue.take(end)
          const times = now.map(({ record }) => (record.kind === 'link' ? record.logTime : 0))
          expect(Math.max(0, ...times)).toBeLessThanOrEqual(end)
          taken.push(...now)
        }
        expect(taken).toEqual(links)
      }),
    )
  })

  it('wait for the slice of their time; an operator goes with what stands before', async () => {
    const queue = createLinkQueue(
      from([command(0), link(1, 5), command(2), link(3, 9), command(4)]),
    )
    const offsets = async (until: number) =>
      (await queue.take(until)).map((one) => Number(one.offset))
    expect(await offsets(4)).toEqual([0])
    expect(await offsets(5)).toEqual([1, 2])
    expect(await offsets(8)).toEqual([])
    expect(await offsets(9)).toEqual([3, 4])
  })
})

describe('rerouting', () => {
  const ids = [
    { id: 'user_id:u' as FragmentId, blocked: null },
    { id: 'email:e' as FragmentId, blocked: null },
    { id: 'phone:p' as FragmentId, blocked: null },
  ]
  const event = { ...routedEvent({ id: 'e', identifiers: [], at: 0 }), identifiers: ids }

  it('takes the best usable identifier of the next order; other types go no further', () => {
    const routed = createRerouter(['email', 'user_id'], 5).event(event)
    expect(routed.event.identifiers.map(({ id }) => id)).toEqual(['email:e', 'user_id:u'])
    expect(routed.event.fragment).toBe('email:e')
    expect(routed.partition).toBe(homeOf('email:e' as FragmentId, 5))
  })

  it('passes over junk, and knows the home of an event that nobody is named in', () => {
    const junk = ids.map(({ id }) => ({ id, blocked: 'junk' }))
    const { event: one, partition } = createRerouter(['email', 'user_id'], 5).event({
      ...event,
      identifiers: junk,
    })
    expect(one.fragment).toBeNull()
    expect(partition).toBe(partitionOfEvent(event.eventKey, 5))
    const half = [{ id: 'email:e' as FragmentId, blocked: 'junk' }, ids[0] as (typeof ids)[number]]
    expect(
      createRerouter(['email', 'user_id'], 5).event({ ...event, identifiers: half }).event.fragment,
    ).toBe('user_id:u')
  })

  it('leaves an event as it is under the order that it was read by', () => {
    const known = createRerouter(['user_id', 'email', 'phone'], 3)
    expect(known.event({ ...event, fragment: 'user_id:u' as FragmentId }).event).toEqual({
      ...event,
      fragment: 'user_id:u',
    })
  })
})

const anyMessages: fc.Arbitrary<FedMessage[]> = fc.array(
  fc.record({
    partition: fc.nat(3),
    logTime: fc.nat(3).map(epochMs),
    body: fc.constant({ kind: 'tick' } as const),
  }),
  { maxLength: 40 },
)

describe('frames', () => {
  it('hold every message of a step once, rising in each partition, each frame with one time', () => {
    fc.assert(
      fc.property(anyMessages, fc.nat(), (messages, step) => {
        const frames = framesOf(step, messages)
        const positions = frames.flatMap(({ partition, frame }) =>
          frame.messages.map(({ position: [number, index] }) => {
            expect(number).toBe(step)
            expect(messages[index]).toMatchObject({ partition, logTime: frame.logTime })
            return index
          }),
        )
        expect(positions.toSorted((x, y) => x - y)).toEqual(messages.map((_, index) => index))
        for (let partition = 0; partition < 4; partition++) {
          const own = frames
            .filter((target) => target.partition === partition)
            .flatMap(({ frame }) => frame.messages.map(({ position }) => position[1]))
          expect(own).toEqual(own.toSorted((x, y) => x - y))
        }
      }),
    )
  })

  it('leave out rows of what was erased since, and name where each event was read', () => {
    const received = Date.parse('2026-01-01T00:00:00.000Z')
    const erased = newestOf([
      { fragment: 'user_id:u' as FragmentId, erasedAt: epochMs(received), commandId: 'links/1' },
      {
        fragment: 'user_id:u' as FragmentId,
        erasedAt: epochMs(received - 9),
        commandId: 'links/0',
      },
    ])
    const rows = [row(7, 1), row(8, 2, { fragment_id: 'email:e' as FragmentId })]
    const rerouter = createRerouter(['email', 'user_id'], 4)
    const messages = messagesOfRows(rows, (id) => erased.get(id), rerouter)
    expect(messages).toMatchObject([
      {
        logTime: 8,
        body: {
          event: { eventId: 'e2', fragment: 'email:e' },
          place: { origin: 'raw/channel.web/0/0', offset: 2, index: 0 },
        },
      },
    ])
  })
})

const record = (n: number, timestamp: number, frame: Frame | null = null): TailRecord => ({
  offset: offset(n),
  timestamp: epochMs(timestamp),
  frame: frame ?? { origin: null, logTime: null, messages: [] },
})

describe('the tail', () => {
  const raw: Origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition: 1 }
  it('is one log by time, in which each partition keeps its order', async () => {
    const anyTail = fc
      .array(fc.nat(9), { maxLength: 10 })
      .map((times) => times.map((time, n) => record(n, time)))
    await fc.assert(
      fc.asyncProperty(fc.array(anyTail, { maxLength: 4 }), async (tails) => {
        const merged = await all(mergeTails(tails.map((tail) => from(tail))))
        expect(merged).toHaveLength(tails.flat().length)
        for (const tail of tails) {
          const frames = new Set(tail.map(({ frame }) => frame))
          expect(merged.filter(({ frame }) => frames.has(frame)).map(({ frame }) => frame)).toEqual(
            tail.map(({ frame }) => frame),
          )
        }
      }),
    )
  })

  it('passes on events with their raw place, and erasures; homes and linker say the rest themselves', () => {
    const event = routedEvent({ id: 'e', identifiers: ['user_id:u'], at: 0 })
    const frame: Frame = {
      origin: raw,
      logTime: null,
      messages: [
        { position: [40, 2, 0], body: { kind: 'event', event } },
        { position: [1, 0, 0], body: { kind: 'erase', fragment: 'email:e' as FragmentId } },
        {
          position: [1, 0, 1],
          body: { kind: 'assign', fragment: 'email:e' as FragmentId, profile: 'p' as never },
        },
        { position: [1, 0, 2], body: { kind: 'tick' } },
      ],
    }
    const rerouter = createRerouter(['user_id', 'email'], 4)
    expect(messagesOfTail({ timestamp: epochMs(9), frame }, rerouter)).toMatchObject([
      {
        logTime: 9,
        body: { kind: 'event', place: { origin: 'raw/channel.web/0/1', offset: 40, index: 2 } },
      },
      { logTime: 9, body: { kind: 'erase', fragment: 'email:e' } },
    ])
  })
})
