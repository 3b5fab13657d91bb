/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createMemoryRowSink, type MemoryRowSink } from '#runtime/clickhouse/memory-row-sink.ts'
import { definitionVersion, epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { BatchControl, KafkaRecord, RecordBatch } from '#runtime/kafka/ports.ts'
import { shareMs } from '#runtime/kafka/turn.ts'
import { encodeFrame } from '#runtime/log/frame.ts'
import type { Body, Message, Origin } from '#runtime/log/messages.ts'
import {
  birthProfileId,
  partitionOfEvent,
  partitionOfProfile,
} from '#runtime/pseudonym/pseudonym.ts'
import { definitionText, keenOfViews } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { birth, fragmentsAt } from '../../../../test/support/fold/partition.ts'
import { createMemoryState } from '../../core/memory-state.ts'
import { createDefinitionShelf } from '../definitions.ts'
import { type Owner, openOwner } from './owner.ts'
import { createStorePace } from './store-pace.ts'

const partitions = 2
const start = 1_700_000_000_000
const raw: Origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition: 0 }
const definitions = createDefinitionShelf()
definitions.put(definitionText(keenOfViews(3)), definitionVersion(1))

const [hot = '' as FragmentId] = fragmentsAt(0, partitions, 1)
const [other = '' as FragmentId] = fragmentsAt(1, partitions, 1)
const members = fragmentsAt(1, partitions, 300)

const timers = { now: () => start, at: () => () => undefined }

interface Ran {
  readonly owner: Owner
  readonly sink: MemoryRowSink
}

/** An owner whose clock goes on by `msPerAsk` whenever it is asked, which is once per message. */
async function ownerOf(partition: number, msPerAsk: number): Promise<Ran> {
  let elapsed = 0
  const sink = createMemoryRowSink()
  const owner = await openOwner({
    fold: {
      generation: 0,
      partition,
      partitions,
      birthId: birthProfileId,
      partitionOfProfile,
      partitionOfEvent,
      hash: (text) => text,
      publishes: () => true,
    },
    state: Object.assign(createMemoryState(), {
      cut: () => ({ alone: false }),
      commit: async () => Promise.resolve(),
      close: async () => Promise.resolve(),
    }),
    definitions,
    flusher: { producer: { send: async () => Promise.resolve() }, sink, encode: () => [] },
    timers,
    pace: createStorePace(timers, 0),
    sendTicks: async () => Promise.resolve(),
    onTickFailure: () => undefined,
    onStoreFailure: () => undefined,
    elapsed: () => (elapsed += msPerAsk),
  })
  return { owner, sink }
}

const message = (body: Body, index: number): Message => ({ position: [1, index, 0], body })

const recordOf = (at: number, origin: Origin, messages: readonly Message[]): KafkaRecord => ({
  offset: offset(at),
  timestamp: epochMs(start),
  key: null,
  value: encodeFrame({ origin, logTime: null, messages }),
  headers: {},
})

/** A definition, then all messages in one frame. */
function batchOf(partition: number, bodies: readonly Body[]): RecordBatch {
  const define = { kind: 'define', version: definitionVersion(1) } as const
  return {
    topic: 'profile.log',
    partition,
    records: [
      recordOf(0, { kind: 'definitions' }, [message(define, 0)]),
      recordOf(1, raw, bodies.map(message)),
    ],
    highWatermark: offset(2),
  }
}

const view = (fragment: FragmentId, id: number): Body => ({
  kind: 'event',
  event: routedEvent({ id: `${fragment} ${id}`, identifiers: [fragment], at: start }),
})

/** One state of a member of the hot profile. */
const memberOf = (fragment: FragmentId): Body => ({
  kind: 'member',
  profile: birth(hot),
  fragment,
  whole: true,
  parts: [
    {
      name: 'seen',
      state: { firstAt: start, lastAt: start, newestReceivedAt: start, events: 1 },
    },
  ],
})

const quiet = (stopped: number[] = []): BatchControl => ({
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: (at) => void stopped.push(at),
  commit: async () => Promise.resolve(),
})

const oneIdentifier = Array.from({ length: 500 }, (_, id) => view(hot, id))
const giantProfile = members.map(memberOf)

describe.each([
  { flood: 'one hot identifier', bodies: oneIdentifier },
  { flood: 'one giant profile', bodies: giantProfile },
])('a partition that is flooded by $flood', ({ bodies }) => {
  it('does not hold up the flush of another one', async () => {
    const flooded = await ownerOf(0, 1)
    const calm = await ownerOf(1, 1)
    const done: string[] = []
    const flood = flooded.owner.batch(batchOf(0, bodies), quiet()).then(() => done.push('flooded'))
    await nextTurn()
    const small = calm.owner
      .batch(batchOf(1, [view(other, 1)]), quiet())
      .then(() => done.push('calm'))
    await Promise.all([flood, small])
    expect(done).toEqual(['calm', 'flooded'])
    expect(calm.sink.final('events')).toHaveLength(1)
    expect(flooded.owner.state.meta.nextOffset).toBe(2)
    expect(flooded.sink.final('profiles')).toMatchObject([{ profile_id: birth(hot) }])
  })

  it('leaves the rest of its batch when it had its share, and loses and doubles nothing of it', async () => {
    const batch = batchOf(0, bodies)
    const atOnce = await ownerOf(0, 0)
    expect(await atOnce.owner.batch(batch, quiet())).toBe('done')
    const inShares = await ownerOf(0, shareMs / 100)
    let shares = 0
    for (let left: readonly KafkaRecord[] = batch.records; left.length > 0; shares += 1) {
      const stopped: number[] = []
      await inShares.owner.batch({ ...batch, records: left }, quiet(stopped))
      const [at] = stopped
      left = at === undefined ? [] : batch.records.filter((record) => record.offset >= at)
    }
    expect(shares).toBeGreaterThan(2)
    expect(inShares.owner.state.meta).toEqual(atOnce.owner.state.meta)
    expect(inShares.sink.final('events')).toEqual(atOnce.sink.final('events'))
    expect(inShares.sink.final('profiles')).toEqual(atOnce.sink.final('profiles'))
  })
})

it('work that is over meanwhile ends at the next turn, within a frame too', async () => {
  const { owner, sink } = await ownerOf(0, 1)
  const gone: BatchControl = { ...quiet(), isStale: () => true }
  expect(await owner.batch(batchOf(0, oneIdentifier), gone)).toBe('stale')
  expect(sink.final('events')).toEqual([])
})
