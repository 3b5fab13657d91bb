/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import { tableKeys } from '#schemas/clickhouse/keys.ts'
import { createMemoryRowSink, type MemoryRowSink } from '#runtime/clickhouse/memory-row-sink.ts'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '#runtime/kafka/memory/client.ts'
import { encodeFrame } from '#runtime/log/frame.ts'
import type { Body, Message, Origin } from '#runtime/log/messages.ts'
import { homeOf } from '#runtime/pseudonym/pseudonym.ts'
import {
  createFragmentKeys,
  createMasterKeys,
  isSealed,
  traitPlace,
} from '#runtime/keys/data-keys/index.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { definitionText, keenOfViews, testDefinition } from '../../test/support/fold/definition.ts'
import { routedEvent } from '../../test/support/fold/events.ts'
import { birth, fragmentsAt } from '../../test/support/fold/partition.ts'
import type { PartitionMeta } from './core/state.ts'
import { createProfiles, type Profiles, type ProfilesDeps } from './pipeline.ts'
import { createDefinitionShelf } from './shell/definitions.ts'
import { createKeptRows } from './shell/kept/kept-rows.ts'
import { openKeyStore } from './shell/kept/key-store.ts'
import type { FaultPoints } from '#runtime/lifecycle/index.ts'
import { topology } from './topology.ts'

const partitions = 2
const start = 1_700_000_000_000
const topics = topology('', 0)
const definition = definitionText(keenOfViews(3))

let stateDir = ''
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'tributary-profiles-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

function world(): { kafka: MemoryKafka; sink: MemoryRowSink } {
  let now = start
  const kafka = createMemoryKafka({ now: () => epochMs(now++), batchRecordsMax: 2 })
  for (const topic of new Set(Object.values(topics.writes)))
    kafka.broker.createTopic({ topic, partitions, replicationFactor: 1, config: {} })
  return { kafka, sink: createMemoryRowSink() }
}

async function run(
  { kafka, sink }: ReturnType<typeof world>,
  faults?: FaultPoints,
  {
    text = definition,
    kept,
    storeIntervalMs = 0,
    onDurable,
  }: {
    text?: string
    kept?: ProfilesDeps['kept']
    storeIntervalMs?: number
    onDurable?: ProfilesDeps['onDurable']
  } = {},
): Promise<Profiles> {
  const definitions = createDefinitionShelf()
  definitions.put(text, definitionVersion(1))
  const client = kafka.client()
  const profiles = createProfiles({
    settings: {
      generation: 0,
      partitions,
      stateDir,
      hotMax: 100,
      storeIntervalMs,
      notify: false,
      consumer: {
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 1000,
        fetchWaitMs: 5,
        fetchMinBytes: 1,
        fetchMaxBytesPerPartition: 1_000_000,
      },
    },
    topology: topics,
    kafka: client,
    producer: await client.producer(),
    sink,
    definitions,
    schemaIds: { segmentTransition: 1, deadLetter: 2 },
    seal: () => 'sealed',
    topicId: null,
    log: silentLogger,
    // The world's clock is years behind: no timer of this test may ever be due.
    timers: { now: () => start, at: () => () => undefined },
    ...(faults === undefined ? {} : { faults }),
    ...(kept === undefined ? {} : { kept }),
    ...(onDurable === undefined ? {} : { onDurable }),
  })
  void profiles.consumer.run(profiles.owners)
  return profiles
}

async function end(profiles: Profiles): Promise<void> {
  await profiles.consumer.stop()
  await profiles.owners.closeAll()
}

const [a = '' as FragmentId] = fragmentsAt(0, partitions, 1)
const [b = '' as FragmentId] = fragmentsAt(1, partitions, 1)

/** Appends messages to the homes of their fragments, as a channel or the linker would. */
function append(kafka: MemoryKafka, origin: Origin, bodies: readonly Body[], from = 0): void {
  for (let partition = 0; partition < partitions; partition++) {
    const messages = bodies.flatMap((body, index): Message[] => {
      const goesTo =
        body.kind === 'event'
          ? homeOf(body.event.fragment ?? a, partitions)
          : body.kind === 'assign' || body.kind === 'erase'
            ? homeOf(body.fragment, partitions)
            : partition
      return goesTo === partition ? [{ position: [from + index, 0, 0], body }] : []
    })
    for (const message of messages)
      kafka.broker.append(topics.reads.profileLog, {
        key: null,
        value: encodeFrame({ origin, logTime: null, messages: [message] }),
        partition,
      })
  }
}

const raw: Origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition: 0 }
const event = (id: string, fragment: FragmentId): Body => ({
  kind: 'event',
  event: routedEvent({ id, identifiers: [fragment, 'anonymous_id:x'], at: start }),
})

function fill(kafka: MemoryKafka): void {
  append(kafka, { kind: 'definitions' }, [{ kind: 'define', version: definitionVersion(1) }])
  append(kafka, raw, [event('1', a), event('2', b), event('3', b)])
  append(kafka, { kind: 'links' }, [{ kind: 'assign', fragment: b, profile: birth(a) }])
  append(kafka, raw, [event('4', b), event('5', a), event('5', a)], 10)
}

/** Resolves when every partition's state has come to the end of its log, and no more comes. */
async function settled(kafka: MemoryKafka, { owners }: Profiles): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const behind = Array.from({ length: partitions }, (_, partition) => {
      const owner = owners.owned().find((each) => each.partition === partition)
      const { high } = kafka.broker.range({ topic: topics.reads.profileLog, partition })
      return high - (owner?.state.meta.nextOffset ?? -1)
    })
    quiet = behind.every((records) => records === 0) ? quiet + 1 : 0
  }
}

const profilesOf = (sink: MemoryRowSink) =>
  sink
    .final('profiles')
    .map(({ profile_id, events, members, f_views }) => ({ profile_id, events, members, f_views }))

const expected = [{ profile_id: birth(a), events: 5, members: [a, b].toSorted(), f_views: 5 }]

describe('the service', () => {
  it('turns frames into one profile of two fragments, its segment, evidence and counters', async () => {
    const w = world()
    const counted = new Map<number, PartitionMeta['counters']>()
    const profiles = await run(w, undefined, {
      onDurable: (partition, meta) => counted.set(partition, { ...meta.counters }),
    })
    fill(w.kafka)
    await settled(w.kafka, profiles)
    await end(profiles)
    expect(profilesOf(w.sink)).toEqual(expected)
    expect(w.sink.final('events')).toHaveLength(5)
    expect(w.sink.final('segment_memberships')).toMatchObject([{ profile_id: birth(a), member: 1 }])
    expect(
      w.kafka.broker.records(topics.writes.segments, 0).length +
        w.kafka.broker.records(topics.writes.segments, 1).length,
    ).toBe(1)
    expect(w.kafka.broker.records(topics.writes.links, 0)).toHaveLength(2)
    const total = (name: 'applied' | 'duplicates') =>
      [...counted.values()].reduce((sum, counters) => sum + counters[name], 0)
    expect([total('applied'), total('duplicates')]).toEqual([5, 1])
  })

  it.each([1, 2, 3, 4, 5])(
    'loses and doubles nothing when it dies before step %i',
    async (step) => {
      const w = world()
      fill(w.kafka)
      for (const nth of [1, 2, 3]) {
        const died = Promise.withResolvers<void>()
        let passed = 0
        const profiles = await run(w, {
          async before(_what, at) {
            if (at !== step || ++passed < nth) return
            died.resolve()
            // As a killed process: nothing of this flush happens any more.
            throw new Error('killed')
          },
        })
        await Promise.race([died.promise, settled(w.kafka, profiles)])
        await end(profiles)
      }
      const last = await run(w)
      await settled(w.kafka, last)
      await end(last)
      expect(profilesOf(w.sink)).toEqual(expected)
      expect(
        w.sink
          .final('events')
          .map((row) => row.event_id)
          .toSorted(),
      ).toEqual(['1', '2', '3', '4', '5'])
      for (const table of topics.tables) expect(conflicts(w.sink, table)).toEqual([])
    },
  )

  it('lets one partition stand still with the reason, and the others go on', async () => {
    const w = world()
    const profiles = await run(w)
    // Partition 0 gets an event before any definition.
    append(w.kafka, raw, [event('1', a)])
    w.kafka.broker.append(topics.reads.profileLog, {
      key: null,
      value: encodeFrame({
        origin: { kind: 'definitions' },
        logTime: null,
        messages: [
          { position: [1, 0, 0], body: { kind: 'define', version: definitionVersion(1) } },
        ],
      }),
      partition: 1,
    })
    append(w.kafka, raw, [event('2', b)], 1)
    while (profilesOf(w.sink).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(profilesOf(w.sink)).toMatchObject([{ profile_id: birth(b) }])
    await vi.waitFor(
      () =>
        expect(profiles.owners.stopped()).toMatchObject([
          { partition: 0, error: { code: 'TRB_LOG_BEFORE_DEFINE' } },
        ]),
      10_000,
    )
    await end(profiles)
  })

  it('lets all partitions rest after a store, as its settings say, and stores what has gathered at the end', async () => {
    const w = world()
    // Longer than any test: the second store is that of the end.
    const profiles = await run(w, undefined, { storeIntervalMs: 600_000 })
    append(w.kafka, { kind: 'definitions' }, [{ kind: 'define', version: definitionVersion(1) }])
    await settled(w.kafka, profiles)
    append(w.kafka, raw, [event('1', a), event('2', b)])
    await settled(w.kafka, profiles)
    expect(w.sink.final('events')).toEqual([])
    await end(profiles)
    expect(w.sink.final('events')).toHaveLength(2)
  })

  it('keeps a record that is no frame as a dead letter, and goes on', async () => {
    const w = world()
    const profiles = await run(w)
    w.kafka.broker.append(topics.reads.profileLog, {
      key: null,
      value: Buffer.from('?'),
      partition: 0,
    })
    fill(w.kafka)
    await settled(w.kafka, profiles)
    await end(profiles)
    expect(profilesOf(w.sink)).toEqual(expected)
    const letters = [0, 1].flatMap((p) => w.kafka.broker.records(topics.writes.deadLetter, p))
    expect(letters).toHaveLength(1)
  })
})

/** Rows of one key and version that differ: there must be none, whatever was done twice. */
function conflicts(sink: MemoryRowSink, table: TableName): string[] {
  const seen = new Map<string, string>()
  const found: string[] = []
  for (const row of sink.all(table)) {
    const fields = new Map<string, unknown>(Object.entries(row))
    const key = JSON.stringify([...tableKeys[table], 'version'].map((name) => fields.get(name)))
    const text = JSON.stringify(row)
    if ((seen.get(key) ?? text) !== text) found.push(`${seen.get(key) ?? ''} / ${text}`)
    seen.set(key, text)
  }
  return found
}

describe('what the pipeline file keeps clear', () => {
  const body = `${keenOfViews(3)}traits:
  - { name: shown, type: string, purpose: service, keep: clear, description: Shown }
`
  const masters = createMasterKeys([new Uint8Array(32).fill(1)])

  it('is plain in profiles alone, also when another has it by a merge, and an erasure destroys its keys', async () => {
    const w = world()
    const keys = createFragmentKeys({
      masters,
      fragmentsMax: 10,
      suppressed: () => undefined,
      now: () => start,
      async send(records) {
        for (const { key, value } of records)
          w.kafka.broker.append(topics.writes.dataKeys, { key, value, partition: 0 })
        return Promise.resolve()
      },
    })
    const store = await openKeyStore(
      w.kafka.client().reader(),
      topics.writes.dataKeys,
      join(stateDir, 'data-keys'),
    )
    const compiled = testDefinition(1, body)
    const profiles = await run(w, undefined, {
      text: definitionText(body),
      kept: {
        rows: createKeptRows({ store, masters, definition: () => compiled }),
        destroy: (fragment, until) => store.tombstones(fragment, until),
      },
    })
    const value = 'Quetzalina'
    const traits = { shown: keys.seal(b, traitPlace('shown'), value) }
    await keys.stored()
    append(w.kafka, { kind: 'definitions' }, [{ kind: 'define', version: definitionVersion(1) }])
    append(w.kafka, raw, [
      event('1', a),
      { kind: 'event', event: routedEvent({ id: '2', identifiers: [b], at: start, traits }) },
    ])
    append(w.kafka, { kind: 'links' }, [{ kind: 'assign', fragment: b, profile: birth(a) }])
    // Rows are stored after the state has moved.
    await vi.waitFor(
      () =>
        expect(w.sink.final('profiles').find((row) => row.profile_id === birth(a))).toMatchObject({
          members: [a, b].toSorted(),
          t_shown: value,
        }),
      10_000,
    )
    const history = w.sink.final('profile_history').filter((row) => row['t_shown'] !== null)
    expect(history.length).toBeGreaterThan(0)
    expect(history.every((row) => isSealed(row['t_shown']))).toBe(true)
    const frames = [0, 1].flatMap((partition) =>
      w.kafka.broker.records(topics.reads.profileLog, partition),
    )
    expect(
      Buffer.concat(frames.map((frame) => frame.value ?? Buffer.alloc(0))).includes(value),
    ).toBe(false)
    expect(JSON.stringify(w.sink.final('events'))).not.toContain(value)

    append(w.kafka, { kind: 'links' }, [{ kind: 'erase', fragment: b }], 5)
    await settled(w.kafka, profiles)
    await end(profiles)
    await store.stop()
    expect(
      w.kafka.broker.records(topics.writes.dataKeys, 0).map((record) => [
        Buffer.from(record.key ?? [])
          .toString()
          .split('/')[0],
        record.value === null,
      ]),
    ).toEqual([
      [b, false],
      [b, true],
    ])
  })
})
