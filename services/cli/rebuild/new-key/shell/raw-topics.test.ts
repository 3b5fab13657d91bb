import { expect, test } from 'vitest'
import { encodeCommitMetadata } from '#runtime/channel/core/commit-metadata.ts'
import { receivedAtHeader } from '#runtime/channel/core/entry.ts'
import { createRecordDecoder } from '#runtime/channel/shell/registry-decoder.ts'
import { definitionVersion, epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { OutgoingRecord } from '#runtime/kafka/ports.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { createInstallationKey, readKeyRecords } from '#runtime/keys/index.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { createPseudonymiser, homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { createRegistryDecoder, forgetfulStore } from '#runtime/registry/index.ts'
import { keenOfViews, testDefinition } from '../../../../../test/support/fold/definition.ts'
import { encodeTold } from '../../../../../test/support/pipeline/told-events.ts'
import type { RawRecord } from '../ports.ts'
import { createRawTopics } from './raw-topics.ts'

const was = createInstallationKey(Buffer.alloc(32, 1))
const is = createInstallationKey(Buffer.alloc(32, 2))
const [before, now] = [createPseudonymiser(was.bytes), createPseudonymiser(is.bytes)]
const partitions = 4

/** Raw records at times of their own: [topic, partition, time, value, headers]. */
async function open() {
  let time = 0
  const kafka = createMemoryKafka({ now: () => epochMs(time) })
  const { broker } = kafka
  for (const [topic, count] of [
    ['channel.web', 2],
    ['channel.web.import', 1],
    ['channel.crm.replay', 1],
    ['identity.suppressions', 1],
    ['identity.expiries', 1],
    ['pipeline.keys', 1],
  ] as const)
    broker.createTopic({ topic, partitions: count, replicationFactor: 1, config: {} })
  const client = kafka.client()
  const raw = createRawTopics({
    admin: await client.admin(),
    reader: client.reader(),
    producer: await client.producer(),
    decoder: createRecordDecoder(
      createRegistryDecoder({
        client: { schemaById: async () => Promise.reject(new Error('asked')) },
        store: forgetfulStore,
        now: () => epochMs(0),
        confirmDenialsMs: 0,
      }),
    ),
    prefix: '',
    definition: testDefinition(1, keenOfViews(3)),
    generation: 3,
    partitions,
    keyInForce: was,
    newKey: is,
    sealing: { seal: () => fail(), stored: () => null },
    screenedBy: () => undefined,
    now: () => epochMs(1_700_000_900_000),
  })
  return {
    broker,
    client,
    raw,
    /** In seconds after a time of its own. */
    append: (
      topic: string,
      partition: number,
      seconds: number,
      value: Uint8Array,
      headers: OutgoingRecord['headers'] = {},
    ): void => {
      time = at(seconds)
      broker.append(topic, { key: null, value, partition, headers })
    },
  }
}
const fail = (): never => {
  throw new Error('not asked for')
}
const at = (seconds: number): number => 1_700_000_000_000 + seconds * 1000
const view = (id: string, seconds: number, email: string): Uint8Array =>
  encodeTold({ id, at: at(seconds), identifiers: { email } })

const all = async (records: AsyncIterable<RawRecord>): Promise<RawRecord[]> => {
  const found: RawRecord[] = []
  for await (const record of records) found.push(record)
  return found
}
const nobody = { erasedAt: () => undefined, met: () => undefined }

test('records of all raw topics come in the order of their time, under the new key, with their own place', async () => {
  const { append, raw } = await open()
  append('channel.web', 0, 10, view('a', 10, 'ada@example.org'))
  append('channel.web', 1, 5, view('b', 5, 'bob@example.org'))
  append('channel.web', 0, 30, Buffer.from('{"cut off'))
  append('channel.web', 1, 20, view('c', 20, 'ada@example.org'))
  append('channel.web', 1, 2000, view('late', 2000, 'ada@example.org'))
  const records = await all(
    raw.read({
      from: { 'channel.web': [0, 0] },
      until: { 'channel.web': [2, 2], 'channel.web.import': [0] },
      feeds: true,
      ...nobody,
    }),
  )
  expect(
    records.map(({ partition, offset: place, logTime, events, origin }) => [
      partition,
      place,
      (logTime - at(0)) / 1000,
      events.map(({ event, partition: home }) => [event.eventId, event.fragment, home]),
      origin.topic,
    ]),
  ).toEqual(
    (
      [
        [1, 0, 5, 'b', 'bob@example.org'],
        [0, 0, 10, 'a', 'ada@example.org'],
        [1, 1, 20, 'c', 'ada@example.org'],
        [0, 1, 30, null, ''],
      ] as const
    ).map(([partition, place, seconds, id, email]) => {
      const fragment = now.fragmentId('email', email)
      const events = id === null ? [] : [[id, fragment, homeOf(fragment, partitions)]]
      return [partition, place, seconds, events, 'channel.web']
    }),
  )
  // What can't be read was a dead letter before, and is counted.
  expect(raw.leftOver().refused).toEqual(new Map([['invalid_json', 1]]))
})

test('whoever was erased under the old key stays out, by the time of the original record; both names of everybody are told', async () => {
  const { append, raw } = await open()
  append('channel.web', 0, 10, view('before', 10, 'ada@example.org'))
  append('channel.web', 0, 50, view('after', 50, 'ada@example.org'))
  append('channel.web', 0, 60, view('other', 60, 'bob@example.org'))
  const ada = before.fragmentId('email', 'ada@example.org')
  const pairs: [FragmentId, FragmentId][] = []
  const reading = { from: {}, until: { 'channel.web': [3, 0] }, feeds: true }
  const records = await all(
    raw.read({
      ...reading,
      erasedAt: (id) => (id === ada ? epochMs(at(40)) : undefined),
      met: (old, fresh) => pairs.push([old, fresh]),
    }),
  )
  expect(records.flatMap(({ events }) => events.map(({ event }) => event.eventId))).toEqual([
    'after',
    'other',
  ])
  expect(pairs).toEqual(
    ['ada@example.org', 'bob@example.org'].map((email) => [
      before.fragmentId('email', email),
      now.fragmentId('email', email),
    ]),
  )
  expect(raw.leftOver().dropped).toEqual(new Map([['erased', 1]]))
  // Names alone are looked for without a trace.
  await all(raw.read({ ...reading, ...nobody, feeds: false }))
  expect(raw.leftOver().dropped.size).toBe(1)
})

test('topics of the company, imports and replays count as raw; how far is what their channel has committed', async () => {
  const { append, broker, raw } = await open()
  append('channel.web', 1, 1, view('a', 1, 'ada@example.org'))
  append('channel.crm.replay', 0, 2, view('b', 1, 'ada@example.org'), {
    [receivedAtHeader]: Buffer.from(String(at(1))),
  })
  broker.commit(
    'tributary-web',
    { topic: 'channel.web', partition: 1 },
    { offset: offset(1), metadata: '' },
  )
  expect(await raw.look()).toEqual({
    low: { 'channel.web': [0, 0], 'channel.web.import': [0], 'channel.crm.replay': [0] },
    committed: { 'channel.web': [0, 1], 'channel.web.import': [0], 'channel.crm.replay': [0] },
  })
  broker.commit(
    'tributary-web',
    { topic: 'channel.web', partition: 1 },
    {
      offset: offset(1),
      metadata: encodeCommitMetadata({
        definition: definitionVersion(1),
        channelVersion: 2,
        topicId: 'another',
      }),
    },
  )
  await expect(raw.look()).rejects.toMatchObject({ code: 'TRB_OFFSET_LOST' })
})

test('what the next channels must not let in is put down under the new names, and so is the key', async () => {
  const { broker, client, raw } = await open()
  const record = {
    fragment: now.fragmentId('email', 'ada@example.org'),
    erasedAt: epochMs(7),
    commandId: 'links/4',
  }
  await raw.keepOut([record], [])
  const [stored] = broker.records('identity.suppressions', 0)
  expect(Buffer.from(stored?.key ?? []).toString()).toBe(record.fragment)
  expect(decodeSuppression(stored?.value ?? new Uint8Array())).toEqual(record)
  await raw.recordKey()
  const log = { admin: await client.admin(), reader: client.reader(), topic: 'pipeline.keys' }
  expect(await readKeyRecords(log)).toEqual([{ generation: 3, key: is.id }])
})
