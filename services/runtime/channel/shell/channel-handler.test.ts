import { describe, expect, it } from 'vitest'
import { compileDefinition } from '../../definition/compile.ts'
import type { CompiledDefinition } from '../../definition/compiled.ts'
import { pipelineSchema } from '../../definition/schema.ts'
import {
  type DefinitionVersion,
  definitionVersion,
  epochMs,
  type EpochMs,
  type FragmentId,
  offset,
} from '../../event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '../../kafka/memory/client.ts'
import type { GroupConsumer } from '../../kafka/ports.ts'
import { decodeFrame } from '../../log/frame.ts'
import type { Message } from '../../log/messages.ts'
import { createPseudonymiser, homeOf } from '../../pseudonym/pseudonym.ts'
import { silentLogger } from '../../telemetry/logger.ts'
import { envelope } from '../core/envelope/envelope.ts'
import type { Entry } from '../core/entry.ts'
import { defaultLimits } from '../core/limits.ts'
import { silentTally } from '../core/outcome.ts'
import { createChannelHandler, type FaultStep } from './channel-handler.ts'
import type { DeadLetterDraft } from './dead-letters.ts'
import { decodeJson } from './decode-text.ts'
import type { RecordDecoder } from './decoder.ts'
import { silentMetrics } from './metrics.ts'
import { createRecordProcessor } from './process-record.ts'

const partitions = 4
const now = epochMs(Date.UTC(2026, 0, 2))
const pseudonymiser = createPseudonymiser(new Uint8Array(32).fill(1))

const definition = (version: number, keep: readonly string[] = []): CompiledDefinition =>
  compileDefinition(
    pipelineSchema.parse({
      purposes: { service: 'Service' },
      sources: [
        {
          channel: 'web',
          topics: ['channel.web'],
          format: 'json',
          source: 'tributary',
          name: 'shop',
        },
      ],
      keep: { properties: keep },
    }),
    definitionVersion(version),
  )

const body = (id: string, fields: Readonly<Record<string, unknown>> = {}): object => ({
  event_id: id,
  type: 'page_viewed',
  occurred_at: '2026-01-01T00:00:00Z',
  identifiers: { email: 'Anna@Example.org' },
  properties: { category: 'shoes', secret_note: 'x' },
  ...fields,
})

interface Run {
  readonly consumer: GroupConsumer
  readonly waited: string[]
  /** Partitions that stand still. */
  readonly stopped: () => readonly string[]
  /** What metrics show of partitions that wait. */
  readonly shown: ReadonlySet<string>
  /** Resolves when the partitions are there. */
  readonly assigned: Promise<void>
}

const decodeAfterMagic = (bytes: Uint8Array): ReturnType<RecordDecoder['decode']> => {
  const decoded = decodeJson(bytes.subarray(5))
  return 'value' in decoded ? { value: decoded.value, schemaId: 7 } : decoded
}

/** One channel service over a broker in memory; several may follow one another over the same broker. */
function createChannel(kafka: MemoryKafka, letters: DeadLetterDraft[]) {
  const client = kafka.client()
  const versions = new Map<DefinitionVersion, CompiledDefinition>()
  const suppressed = new Map<FragmentId, EpochMs>()
  const schemas = { known: false, available: false }
  let latest = definition(1)
  let since = definitionVersion(0)
  const deploy = (next: CompiledDefinition): void => {
    versions.set(next.version, next)
    latest = next
  }
  deploy(latest)
  /** Another generation of profile.log, from a definition on. */
  const rebuild = (next: CompiledDefinition): void => {
    deploy(next)
    since = next.version
  }

  const decoder: RecordDecoder = {
    decode(bytes) {
      if (bytes[0] === 0) return schemas.known ? decodeAfterMagic(bytes) : { schemaNeeded: 7 }
      const decoded = decodeJson(bytes)
      return 'value' in decoded ? { value: decoded.value, schemaId: null } : decoded
    },
    lookUp: async () => {
      schemas.known = schemas.available
      return Promise.resolve(schemas.available ? 'known' : { unavailable: 'away' })
    },
  }
  const run = async (fault: (step: FaultStep) => void = () => {}): Promise<Run> => {
    const admin = await client.admin()
    const producer = await client.producer()
    const waited: string[] = []
    const shown = new Set<string>()
    const consumer = client.consumer({
      groupId: 'web',
      topics: ['channel.web', 'channel.web.replay'],
      sessionTimeoutMs: 1,
      heartbeatIntervalMs: 1,
      fetchWaitMs: 1,
      fetchMinBytes: 1,
      fetchMaxBytesPerPartition: 1,
    })
    const handler = createChannelHandler({
      rules: {
        channel: 'web',
        vendors: [envelope],
        limits: defaultLimits,
        pseudonymiser,
        partitions,
        suppressed: (id) => suppressed.get(id),
        prefix: '',
        tally: silentTally,
      },
      definitions: {
        latest: () => latest,
        since: () => since,
        get: async (version) => Promise.resolve(versions.get(version)),
      },
      producer,
      decoder,
      processor: createRecordProcessor({
        decoder,
        limits: defaultLimits,
        metrics: silentMetrics,
        deadLetters: {
          encode(letter) {
            letters.push(letter)
            return { key: null, value: Buffer.from(letter.reason) }
          },
        },
      }),
      topics: { profileLog: 'profile.log', deadLetter: 'deadletter' },
      entryOf: (topic): Entry => (topic.endsWith('.replay') ? 'replay' : 'live'),
      topicIds: async (names) =>
        new Map(
          [...(await admin.describeTopics(names))].map(([name, { topicId }]) => [name, topicId]),
        ),
      committed: async (topic) => admin.committed('web', topic),
      ends: async (topic) =>
        new Map(
          [...(await admin.offsets(topic))].map(([partition, { high }]) => [partition, high]),
        ),
      waitForRegistry: (at) => {
        waited.push(`${at.topic}/${at.partition}`)
        shown.add(`${at.topic}/${at.partition} registry`)
        consumer.pause([at])
      },
      waitsNoMore: (at) => shown.delete(`${at.topic}/${at.partition} registry`),
      metrics: {
        ...silentMetrics,
        waiting(topic, partition, why, waits) {
          const series = `${topic}/${partition} ${why}`
          if (waits) shown.add(series)
          else shown.delete(series)
        },
      },
      log: silentLogger,
      fault,
      now: () => 0,
    })
    const { promise: assigned, resolve } = Promise.withResolvers<void>()
    await consumer.run({
      ...handler,
      async assigned(to) {
        const from = await handler.assigned(to)
        resolve()
        return from
      },
    })
    const stopped = (): readonly string[] => handler.stopped().map(({ error }) => error.message)
    return { consumer, waited, stopped, shown, assigned }
  }
  return { run, deploy, rebuild, suppressed, schemas }
}

function createBroker(batchRecordsMax = 500): MemoryKafka {
  const kafka = createMemoryKafka({ now: () => now, batchRecordsMax })
  const topics = {
    'channel.web': 2,
    'channel.web.replay': 1,
    'profile.log': partitions,
    deadletter: 1,
  }
  for (const [topic, count] of Object.entries(topics))
    kafka.broker.createTopic({ topic, partitions: count, replicationFactor: 1, config: {} })
  return kafka
}

const produce = (
  kafka: MemoryKafka,
  value: unknown,
  partition = 0,
  topic = 'channel.web',
  headers = {},
): void =>
  kafka.broker.append(topic, {
    key: null,
    value: value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value)),
    partition,
    headers,
  })

/** Runs until every raw record is committed. */
async function drained(
  kafka: MemoryKafka,
  topics = ['channel.web', 'channel.web.replay'],
): Promise<void> {
  const behind = (): boolean =>
    topics.some((topic) =>
      Array.from({ length: kafka.broker.topic(topic)?.partitions.length ?? 0 }, (_, partition) => ({
        topic,
        partition,
      })).some((at) => {
        const { high } = kafka.broker.range(at)
        return high > 0 && (kafka.broker.committed('web', at)?.offset ?? 0) < high
      }),
    )
  while (behind()) await new Promise((resolve) => setImmediate(resolve))
}

const messagesOf = (
  kafka: MemoryKafka,
): readonly (Message & { readonly partition: number; readonly origin: unknown })[] =>
  Array.from({ length: partitions }, (_, partition) => partition).flatMap((partition) =>
    kafka.broker.records('profile.log', partition).flatMap((record) => {
      const frame = decodeFrame(record.value ?? new Uint8Array())
      return frame.messages.map((message) => ({ ...message, partition, origin: frame.origin }))
    }),
  )

const eventIds = (kafka: MemoryKafka): readonly string[] =>
  messagesOf(kafka).map(({ body: message }) =>
    message.kind === 'event' ? message.event.eventId : message.kind,
  )

describe('the channel pipeline', () => {
  it('sends each event to the home of its best identifier, with the position of its record and without the person', async () => {
    const kafka = createBroker()
    produce(kafka, [
      body('a'),
      { nonsense: true },
      body('b', { identifiers: { email: 'anna@example.org ' } }),
    ])
    const letters: DeadLetterDraft[] = []
    const { consumer } = await createChannel(kafka, letters).run()
    await drained(kafka)
    await consumer.stop()
    const fragment = pseudonymiser.fragmentId('email', 'anna@example.org')
    const messages = messagesOf(kafka)
    expect(messages.map(({ partition, position }) => [partition, position])).toEqual([
      [homeOf(fragment, partitions), [0, 0, 0]],
      [homeOf(fragment, partitions), [0, 2, 0]],
    ])
    expect(messages[0]?.origin).toEqual({
      kind: 'raw',
      topic: 'channel.web',
      incarnation: 0,
      partition: 0,
    })
    expect(messages[0]?.body).toMatchObject({
      kind: 'event',
      event: {
        eventId: 'a',
        fragment,
        source: 'shop',
        properties: { category: 'shoes' },
        receivedAt: now,
      },
    })
    expect(JSON.stringify(messages)).not.toMatch(/anna|secret_note/i)
    expect(letters).toMatchObject([
      { offset: 0, index: 1, reason: 'missing_field', stage: 'normalise', source: 'shop' },
    ])
  })

  it('never stops at a record that cannot be read, and keeps its bytes', async () => {
    const kafka = createBroker()
    const poison = [
      Buffer.from('{"unfinished":'),
      Buffer.from([0xff, 0xfe, 0x22]),
      Buffer.alloc(0),
      Buffer.alloc(2 ** 20 + 1, 0x20),
      Buffer.from('[[[[]]]]'),
      Buffer.from('"text"'),
    ]
    for (const value of poison) produce(kafka, value)
    produce(kafka, body('after'))
    const letters: DeadLetterDraft[] = []
    const { consumer } = await createChannel(kafka, letters).run()
    await drained(kafka)
    await consumer.stop()
    expect(eventIds(kafka)).toEqual(['after'])
    expect(letters.map(({ reason }) => reason)).toEqual([
      'invalid_json',
      'invalid_utf8',
      'empty_record',
      'record_too_large',
      'unexpected_shape',
      'unexpected_shape',
    ])
    expect(Buffer.from(letters[0]?.payload ?? []).toString()).toBe('{"unfinished":')
  })

  it('drops an event whose identifier was erased after it was received, also when it is replayed', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    channel.suppressed.set(pseudonymiser.fragmentId('email', 'anna@example.org'), epochMs(now - 1))
    produce(kafka, body('new'))
    const original = { 'tributary-topic': 'channel.web', 'tributary-received-at': String(now - 10) }
    produce(kafka, body('replayed'), 0, 'channel.web.replay', original)
    produce(kafka, body('forged'), 0, 'channel.web', original)
    const { consumer } = await channel.run()
    await drained(kafka)
    await consumer.stop()
    expect(eventIds(kafka).toSorted()).toEqual(['forged', 'new'])
  })

  it('waits with one partition when the registry is away, while the others go on, and then goes on where it stopped', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    const avro = (id: string): Uint8Array =>
      Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(JSON.stringify(body(id)))])
    produce(kafka, body('before'), 0)
    produce(kafka, avro('avro'), 0)
    produce(kafka, body('behind'), 0)
    const { consumer, waited, shown } = await channel.run()
    while (waited.length === 0) await new Promise((resolve) => setImmediate(resolve))
    produce(kafka, body('other'), 1)
    while (eventIds(kafka).length < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(eventIds(kafka).toSorted()).toEqual(['before', 'other'])
    expect(kafka.broker.committed('web', { topic: 'channel.web', partition: 0 })?.offset).toBe(1)
    consumer.resume([{ topic: 'channel.web', partition: 0 }])
    while (waited.length === 1) {
      expect([...shown]).toEqual(['channel.web/0 registry'])
      await new Promise((resolve) => setImmediate(resolve))
    }
    channel.schemas.available = true
    consumer.resume([{ topic: 'channel.web', partition: 0 }])
    await drained(kafka)
    expect([...shown]).toEqual([])
    await consumer.stop()
    expect(eventIds(kafka).toSorted()).toEqual(['avro', 'before', 'behind', 'other'])
  })

  it('reads a record after a crash by the definition under which it was first read', async () => {
    const kafka = createBroker(1)
    const channel = createChannel(kafka, [])
    const versionsSent = (): unknown[] =>
      messagesOf(kafka).map(({ body: message }) =>
        message.kind === 'event'
          ? [message.event.eventId, Object.keys(message.event.properties)]
          : [],
      )
    produce(kafka, body('a'))
    produce(kafka, body('b'))
    const crashed = await channel.run((step) => {
      if (step === 'commit') throw new Error('killed before the commit')
    })
    expect(await crashed.consumer.ended).toMatchObject({ message: 'killed before the commit' })
    channel.deploy(definition(2, ['secret_note']))
    const { consumer } = await channel.run()
    await drained(kafka)
    produce(kafka, body('c'))
    await drained(kafka)
    await consumer.stop()
    // `a` was sent twice, both times alike: its positions tell that it is the same. `b` was in the log when the first one died, so
    // it might have been sent by the old definition too.
    expect(versionsSent()).toEqual([
      ['a', ['category']],
      ['a', ['category']],
      ['b', ['category']],
      ['c', ['category', 'secret_note']],
    ])
  })

  it('reads what comes after a deployment by it, also on a partition that was idle, and after a restart', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    const names = (): unknown[] =>
      messagesOf(kafka).map(({ body: message }) =>
        message.kind === 'event' ? Object.keys(message.event.properties).length : 0,
      )
    const first = await channel.run()
    produce(kafka, body('a'))
    await drained(kafka)
    channel.deploy(definition(2, ['secret_note']))
    produce(kafka, body('b'))
    await drained(kafka)
    await first.consumer.stop()
    channel.deploy(definition(3))
    const second = await channel.run()
    await second.assigned
    produce(kafka, body('c'))
    await drained(kafka)
    await second.consumer.stop()
    expect(names()).toEqual([1, 2, 1])
  })

  it('reads everything by the definition of a new generation: what was sent by an older one went into another log', async () => {
    const kafka = createBroker(1)
    const channel = createChannel(kafka, [])
    produce(kafka, body('a'))
    produce(kafka, body('b'))
    const crashed = await channel.run((step) => {
      if (step === 'commit') throw new Error('killed before the commit')
    })
    await crashed.consumer.ended
    channel.rebuild(definition(2, ['secret_note']))
    const { consumer } = await channel.run()
    await drained(kafka)
    await consumer.stop()
    const properties = messagesOf(kafka).map(({ body: message }) =>
      message.kind === 'event' ? Object.keys(message.event.properties).length : 0,
    )
    expect(properties).toEqual([1, 2, 2])
  })

  it('commits nothing that was not acknowledged', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    produce(kafka, body('a'))
    kafka.broker.failNextSend('before append')
    const { consumer } = await channel.run()
    expect(await consumer.ended).toMatchObject({ code: 'TRB_PRODUCER_DEAD' })
    expect(kafka.broker.committed('web', { topic: 'channel.web', partition: 0 })?.offset).toBe(
      offset(0),
    )
  })

  it('stops at a partition whose committed offset is not in the log any more, and goes on with the others', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    for (const id of ['a', 'b']) produce(kafka, body(id), 0)
    produce(kafka, body('other'), 1)
    const first = await channel.run()
    await drained(kafka)
    await first.consumer.stop()
    for (const id of ['c', 'd']) produce(kafka, body(id), 0)
    kafka.broker.deleteRecords({ topic: 'channel.web', partition: 0 }, offset(3))
    const { consumer, shown, stopped } = await channel.run()
    produce(kafka, body('later'), 1)
    while (!eventIds(kafka).includes('later')) await new Promise((resolve) => setImmediate(resolve))
    expect([...shown]).toEqual(['channel.web/0 offset'])
    expect(stopped()).toEqual([expect.stringMatching(/^channel\.web\/0: .*the log holds 3 to 4$/)])
    expect(eventIds(kafka)).not.toContain('d')
    await consumer.stop()
    expect([...shown, ...stopped()]).toEqual([])
  })

  it('says of a partition that stands still as long as it has it: whoever has it next says so there', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    produce(kafka, body('a'), 1)
    const before = await channel.run()
    await drained(kafka)
    await before.consumer.stop()
    produce(kafka, body('b'), 1)
    kafka.broker.deleteRecords({ topic: 'channel.web', partition: 1 }, offset(2))
    const one = await channel.run()
    while (one.shown.size === 0) await new Promise((resolve) => setImmediate(resolve))
    const other = await channel.run()
    while (other.shown.size === 0) await new Promise((resolve) => setImmediate(resolve))
    await one.assigned
    expect([...one.shown, ...one.stopped()]).toEqual([])
    expect([...other.shown]).toEqual(['channel.web/1 offset'])
    expect(other.stopped()).toHaveLength(1)
    await one.consumer.stop()
    await other.consumer.stop()
  })

  it('does not go on in a topic that was created anew, whose offsets mean other records, and reads the others', async () => {
    const kafka = createBroker()
    const channel = createChannel(kafka, [])
    produce(kafka, body('a'))
    const first = await channel.run()
    await drained(kafka)
    await first.consumer.stop()
    const admin = await kafka.client().admin()
    await admin.deleteTopics(['channel.web'])
    await admin.createTopics([
      { topic: 'channel.web', partitions: 2, replicationFactor: 1, config: {} },
    ])
    produce(kafka, body('of the new one'))
    produce(kafka, body('of a new partition'), 1)
    const { consumer, stopped, shown } = await channel.run()
    while (eventIds(kafka).length < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(stopped()).toMatchObject([
      expect.stringContaining('channel.web/0: the topic was created anew'),
    ])
    expect([...shown]).toEqual(['channel.web/0 offset'])
    await consumer.stop()
    expect(await consumer.ended).toBeUndefined()
    expect(eventIds(kafka)).toEqual(['a', 'of a new partition'])
  })
})
