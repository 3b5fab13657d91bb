/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { type Offset, offset } from '#runtime/event/ids.ts'
import {
  type Admin,
  type BatchControl,
  type GroupConsumer,
  type GroupConsumerOptions,
  type KafkaClient,
  type OutgoingRecord,
  type PartitionHandler,
  partitionKey,
  type Producer,
  type RecordBatch,
  type TopicPartition,
} from '#runtime/kafka/ports.ts'

export interface KafkaUnderTest {
  client(): KafkaClient
}

const text = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString()
const bytes = (value: string): Uint8Array => Buffer.from(value)
const record = (partition: number, value: string): OutgoingRecord => ({
  key: null,
  value: bytes(value),
  partition,
})

const consumerOptions = (groupId: string, topic: string): GroupConsumerOptions => ({
  groupId,
  topics: [topic],
  sessionTimeoutMs: 6000,
  heartbeatIntervalMs: 500,
  fetchWaitMs: 50,
  fetchMinBytes: 1,
  fetchMaxBytesPerPartition: 4 * 1024 * 1024,
})

/** A handler that notes what it is told, in order, and lets a test wait for it. */
class Recorder implements PartitionHandler {
  readonly calls: string[] = []
  readonly values: string[] = []
  readonly batches: RecordBatch[] = []
  starts: ReadonlyMap<string, Offset | null> = new Map()
  onBatch: (batch: RecordBatch, control: BatchControl) => Promise<void> = async () =>
    Promise.resolve()
  onEnding: () => Promise<void> = async () => Promise.resolve()
  #waiting: (() => void)[] = []

  async ending(): Promise<void> {
    await this.onEnding()
  }
  async assigned(
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, Offset | null>> {
    this.#note(
      `assigned ${partitions
        .map(partitionKey)
        .map((key) => key.split('/')[1])
        .join(',')}`,
    )
    return Promise.resolve(this.starts)
  }
  async lost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#note(
      `lost ${partitions
        .map(partitionKey)
        .map((key) => key.split('/')[1])
        .join(',')}`,
    )
    return Promise.resolve()
  }
  async batch(batch: RecordBatch, control: BatchControl): Promise<void> {
    this.batches.push(batch)
    await this.onBatch(batch, control)
    for (const r of batch.records) this.values.push(text(r.value) ?? 'null')
    this.#note('batch')
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }
  #note(call: string): void {
    this.calls.push(call)
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** What every implementation of the Kafka port keeps to. */
export function kafkaContract(name: string, start: () => Promise<KafkaUnderTest>): void {
  describe(`Kafka port: ${name}`, () => {
    let client: KafkaClient
    let admin: Admin
    let producer: Producer
    let topic: string
    let group: string
    const consumers: GroupConsumer[] = []

    const run = async (handler: PartitionHandler): Promise<GroupConsumer> => {
      const consumer = client.consumer(consumerOptions(group, topic))
      consumers.push(consumer)
      await consumer.run(handler)
      return consumer
    }
    const readAll = async (
      partition: number,
      from: Offset | 'start' = 'start',
    ): Promise<string[]> => {
      const values: string[] = []
      for await (const batch of client
        .reader()
        .read({ topic, partition }, { from, untilEnd: true })) {
        for (const r of batch.records) values.push(text(r.value) ?? 'null')
      }
      return values
    }

    beforeEach(async () => {
      const kafka = await start()
      client = kafka.client()
      admin = await client.admin()
      topic = `contract.${randomUUID()}`
      group = `group.${topic}`
      await admin.createTopics([
        {
          topic,
          partitions: 2,
          replicationFactor: 1,
          config: { 'message.timestamp.type': 'LogAppendTime' },
        },
      ])
      producer = await client.producer()
    })
    afterEach(async () => {
      for (const consumer of consumers.splice(0)) await consumer.stop()
      await producer.close()
      await admin.deleteTopics([topic])
      await admin.close()
      await client.close()
    })

    test('what was sent comes back with key, value, headers, tombstones, offsets and a broker time', async () => {
      await producer.send([
        {
          topic,
          records: [
            { key: bytes('k'), value: bytes('v'), headers: { h: 'x' }, partition: 1 },
            { key: bytes('k'), value: null, partition: 1 },
          ],
        },
      ])
      const batches: RecordBatch[] = []
      for await (const batch of client
        .reader()
        .read({ topic, partition: 1 }, { from: 'start', untilEnd: true })) {
        batches.push(batch)
      }
      const records = batches.flatMap((batch) => batch.records)
      expect(
        records.map((r) => [r.offset, text(r.key), text(r.value), text(r.headers['h'])]),
      ).toEqual([
        [0, 'k', 'v', 'x'],
        [1, 'k', null, null],
      ])
      expect(records.every((r) => r.timestamp > 0)).toBe(true)
      expect(batches.at(-1)?.highWatermark).toBe(2)
    })

    test('equal keys go to the partition that a Java producer would choose', async () => {
      const keys = ['a', 'user-12', 'x@example.org', 'abc']
      await producer.send([
        { topic, records: keys.map((key) => ({ key: bytes(key), value: bytes(key) })) },
      ])
      // org.apache.kafka.common.utils.Utils.murmur2 modulo 2
      expect([await readAll(0), await readAll(1)]).toEqual([
        ['a', 'user-12'],
        ['x@example.org', 'abc'],
      ])
    })

    test('many sends at once keep the order of each partition, and a large send is split', async () => {
      const sends = Array.from({ length: 40 }, (_, i) =>
        producer.send([
          { topic, records: Array.from({ length: 60 }, (_u, j) => record(j % 2, `${i}-${j}`)) },
        ]),
      )
      const large = 'x'.repeat(300 * 1024)
      sends.push(
        producer.send([{ topic, records: [0, 1, 2, 3].map((i) => record(0, `${i}${large}`)) }]),
      )
      await Promise.all(sends)
      const expected = Array.from({ length: 40 }, (_, i) =>
        Array.from({ length: 30 }, (_u, j) => `${i}-${2 * j + 1}`),
      ).flat()
      expect(await readAll(1)).toEqual(expected)
      expect((await readAll(0)).slice(-4).map((value) => value.slice(0, 2))).toEqual([
        '0x',
        '1x',
        '2x',
        '3x',
      ])
    })

    test('a record above the limit is refused by itself; the producer lives on', async () => {
      const huge = producer.send([{ topic, records: [record(0, 'x'.repeat(1_100_000))] }])
      await expect(huge).rejects.toMatchObject({ code: 'TRB_RECORD_TOO_LARGE' })
      await producer.send([{ topic, records: [record(0, 'fine')] }])
      expect(await readAll(0)).toEqual(['fine'])
    })

    test('a group reads from the beginning when nothing is committed, and from the commit afterwards', async () => {
      await producer.send([{ topic, records: [record(0, 'a'), record(0, 'b')] }])
      const first = new Recorder()
      first.onBatch = async (batch, control) => {
        const last = batch.records.at(-1)
        await control.heartbeat()
        if (last !== undefined) await control.commit(offset(last.offset + 1), 'version 7')
      }
      const consumer = await run(first)
      await first.until(() => first.values.length === 2)
      await consumer.stop()
      expect(await consumer.ended).toBeUndefined()
      expect(first.calls).toEqual([
        'assigned 0,1',
        ...first.calls.filter((c) => c === 'batch'),
        'lost 0,1',
      ])
      expect((await admin.committed(group, topic)).get(0)).toEqual({
        offset: 2,
        metadata: 'version 7',
      })
      expect((await admin.committed(group, topic)).has(1)).toBe(false)

      await producer.send([{ topic, records: [record(0, 'c')] }])
      const second = new Recorder()
      await run(second)
      await second.until(() => second.values.length > 0)
      expect(second.values).toEqual(['c'])
    })

    test('work that outlives its batch ends before the consumer leaves, and its commit counts', async () => {
      await producer.send([{ topic, records: [record(0, 'a'), record(0, 'b')] }])
      const recorder = new Recorder()
      recorder.onBatch = async (batch, control) => {
        const last = batch.records.at(-1)
        recorder.onEnding = async () => {
          recorder.calls.push('ending')
          if (last !== undefined) await control.commit(offset(last.offset + 1))
        }
        return Promise.resolve()
      }
      const consumer = await run(recorder)
      await recorder.until(() => recorder.values.length === 2)
      await consumer.stop()
      expect(recorder.calls.slice(-2)).toEqual(['ending', 'lost 0,1'])
      expect((await admin.committed(group, topic)).get(0)?.offset).toBe(2)
    })

    test('a handler says from where; uncommitted work comes again', async () => {
      await producer.send([{ topic, records: ['a', 'b', 'c'].map((v) => record(0, v)) }])
      const handler = new Recorder()
      handler.starts = new Map([[`${topic}/0`, offset(1)]])
      const consumer = await run(handler)
      await handler.until(() => handler.values.length === 2)
      await consumer.stop()
      expect(handler.values).toEqual(['b', 'c'])
      const again = new Recorder()
      await run(again)
      await again.until(() => again.values.length === 3)
      expect(again.values).toEqual(['a', 'b', 'c'])
    })

    test('what a handler leaves unread comes again after a resume, while other partitions go on', async () => {
      await producer.send([{ topic, records: ['a', 'b'].map((v) => record(0, v)) }])
      const handler = new Recorder()
      const waiting = { topic, partition: 0 }
      let left = false
      handler.onBatch = async (batch, control) => {
        if (batch.partition === 0 && !left) {
          left = true
          control.stopAt(batch.records[0]?.offset ?? offset(0))
          consumer.pause([waiting])
        }
        return Promise.resolve()
      }
      const consumer = await run(handler)
      await handler.until(() => left && handler.values.length > 0)
      const seen = handler.values.length
      await producer.send([{ topic, records: [record(1, 'c')] }])
      await handler.until(() => handler.values.length === seen + 1)
      expect(handler.values.at(-1)).toBe('c')
      consumer.resume([waiting])
      await handler.until(() => handler.values.length === seen + 3)
      expect(handler.values.slice(seen + 1)).toEqual(['a', 'b'])
    })

    test('when a second member joins, the first loses everything, then both get their share and nothing is skipped', async () => {
      const [one, two] = [new Recorder(), new Recorder()]
      const commitAll = async (batch: RecordBatch, control: BatchControl): Promise<void> => {
        const last = batch.records.at(-1)
        if (last !== undefined) await control.commit(offset(last.offset + 1))
      }
      one.onBatch = commitAll
      two.onBatch = commitAll
      await run(one)
      await producer.send([{ topic, records: [record(0, 'a0'), record(1, 'a1')] }])
      await one.until(() => one.values.length === 2)
      const second = await run(two)
      await two.until(() => two.calls.some((call) => /^assigned \d/.test(call)))
      await one.until(
        () => one.calls.at(-1)?.startsWith('assigned') === true && one.calls.length > 3,
      )
      await producer.send([{ topic, records: [record(0, 'b0'), record(1, 'b1')] }])
      await two.until(() => two.values.length === 1)
      await one.until(() => one.values.length === 3)
      expect([...one.values, ...two.values].toSorted()).toEqual(['a0', 'a1', 'b0', 'b1'])
      const lost = one.calls.indexOf('lost 0,1')
      expect(one.calls.slice(lost, lost + 2)).toEqual(['lost 0,1', one.calls[lost + 1]])
      expect(one.calls[lost + 1]).toMatch(/^assigned [01]$/)

      await second.stop()
      await one.until(() => one.calls.at(-1) === 'assigned 0,1')
      await producer.send([{ topic, records: [record(0, 'c0'), record(1, 'c1')] }])
      await one.until(() => one.values.includes('c0') && one.values.includes('c1'))
      expect([...one.values, ...two.values].toSorted()).toEqual([
        'a0',
        'a1',
        'b0',
        'b1',
        'c0',
        'c1',
      ])
    })

    test('a failure that may pass ends nothing: the partitions are opened again, and the batch comes again', async () => {
      await producer.send([{ topic, records: [record(0, 'a')] }])
      const handler = new Recorder()
      let failures = 2
      handler.onBatch = async () => {
        failures -= 1
        if (failures >= 0) throw new TributaryError('TRB_STATE_FULL', 'no room')
        return Promise.resolve()
      }
      const consumer = await run(handler)
      await handler.until(() => handler.values.length === 1)
      expect(handler.values).toEqual(['a'])
      expect(handler.calls.filter((call) => call === 'assigned 0,1')).toHaveLength(3)
      await consumer.stop()
      expect(await consumer.ended).toBeUndefined()
    })

    test('a partition that was sought while it was paused goes on from there', async () => {
      await producer.send([{ topic, records: ['a', 'b', 'c'].map((v) => record(0, v)) }])
      const handler = new Recorder()
      const at = { topic, partition: 0 }
      const consumer = await run(handler)
      await handler.until(() => handler.values.length === 3)
      consumer.pause([at])
      consumer.seek(at, offset(1))
      consumer.resume([at])
      await handler.until(() => handler.values.length === 5)
      expect(handler.values).toEqual(['a', 'b', 'c', 'b', 'c'])
      // Of what it does not hold nothing is sought.
      consumer.seek({ topic, partition: 7 }, offset(0))
    })

    test('a handler that throws ends the consumer with its error, and the batch was not passed over', async () => {
      await producer.send([{ topic, records: [record(0, 'a')] }])
      const failing = new Recorder()
      failing.onBatch = async () => Promise.reject(new Error('disk full'))
      const consumer = await run(failing)
      expect((await consumer.ended)?.message).toBe('disk full')
      expect(failing.calls).toEqual(['assigned 0,1', 'lost 0,1'])
      const next = new Recorder()
      await run(next)
      await next.until(() => next.values.length === 1)
      expect(next.values).toEqual(['a'])
    })

    test('a paused partition is not read and goes on where it was', async () => {
      const handler = new Recorder()
      const consumer = await run(handler)
      await producer.send([{ topic, records: [record(0, 'a0')] }])
      await handler.until(() => handler.values.length === 1)
      consumer.pause([{ topic, partition: 0 }])
      await producer.send([{ topic, records: [record(0, 'b0'), record(1, 'b1')] }])
      await producer.send([{ topic, records: [record(1, 'c1')] }])
      await handler.until(() => handler.values.includes('c1'))
      expect(handler.values).not.toContain('b0')
      consumer.resume([{ topic, partition: 0 }])
      await handler.until(() => handler.values.includes('b0'))
      expect(handler.values.toSorted()).toEqual(['a0', 'b0', 'b1', 'c1'])
    })

    test('a committed offset that is not in the log any more ends the consumer; the commit stays as it was', async () => {
      await producer.send([{ topic, records: ['a', 'b', 'c'].map((v) => record(0, v)) }])
      await admin.resetCommitted(group, topic, new Map([[0, offset(1)]]))
      await admin.deleteRecords(topic, new Map([[0, offset(2)]]))
      const handler = new Recorder()
      const consumer = await run(handler)
      expect(await consumer.ended).toMatchObject({
        code: 'TRB_OFFSET_LOST',
        context: { start: 1, low: 2 },
      })
      expect(handler.values).toEqual([])
      expect((await admin.committed(group, topic)).get(0)?.offset).toBe(1)
    })

    test('a handler that takes care of lost offsets keeps its other partitions', async () => {
      await producer.send([{ topic, records: [record(0, 'a'), record(1, 'b')] }])
      await admin.resetCommitted(group, topic, new Map([[0, offset(9)]]))
      const handler = Object.assign(new Recorder(), { offsetLost: () => undefined })
      const lost: (readonly [string, TributaryError])[] = []
      const watching: PartitionHandler = {
        assigned: async (partitions) => handler.assigned(partitions),
        lost: async (partitions) => handler.lost(partitions),
        batch: async (batch, control) => handler.batch(batch, control),
        offsetLost: (at, error) => void lost.push([partitionKey(at), error]),
      }
      await run(watching)
      await handler.until(() => handler.values.length === 1)
      expect(handler.values).toEqual(['b'])
      expect(lost).toMatchObject([
        [`${topic}/0`, { code: 'TRB_OFFSET_LOST', context: { start: 9, high: 1 } }],
      ])
    })

    test('records removed while a group reads end it instead of being passed over', async () => {
      await producer.send([{ topic, records: [record(0, 'a')] }])
      const handler = new Recorder()
      const consumer = await run(handler)
      await handler.until(() => handler.values.length === 1)
      consumer.pause([{ topic, partition: 0 }])
      await producer.send([{ topic, records: [record(0, 'b'), record(0, 'c')] }])
      await admin.deleteRecords(topic, new Map([[0, offset(2)]]))
      consumer.resume([{ topic, partition: 0 }])
      const error = await consumer.ended
      expect(isTributaryError(error, 'TRB_OFFSET_LOST')).toBe(true)
      expect(handler.values).toEqual(['a'])
      expect((await admin.committed(group, topic)).size).toBe(0)
    })

    test('a reader starts anywhere in the log, ends at the end, or follows until told to stop', async () => {
      await producer.send([{ topic, records: ['a', 'b', 'c'].map((v) => record(0, v)) }])
      expect(await readAll(0, offset(1))).toEqual(['b', 'c'])
      expect(await readAll(0, offset(3))).toEqual([])
      expect(await readAll(1)).toEqual([])
      await expect(readAll(0, offset(4))).rejects.toMatchObject({ code: 'TRB_OFFSET_LOST' })

      const stop = new AbortController()
      const followed: string[] = []
      const options = { from: offset(2), untilEnd: false, signal: stop.signal }
      for await (const batch of client.reader().read({ topic, partition: 0 }, options)) {
        for (const r of batch.records) followed.push(text(r.value) ?? 'null')
        if (followed.length === 1) await producer.send([{ topic, records: [record(0, 'd')] }])
        else stop.abort()
      }
      expect(followed).toEqual(['c', 'd'])
    })

    test('a reader that waits for more ends without a word, and at once, when it is told to stop', async () => {
      await producer.send([{ topic, records: [record(0, 'a')] }])
      const stop = new AbortController()
      const options = { from: 'start', untilEnd: false, signal: stop.signal } as const
      const reading = client.reader().read({ topic, partition: 0 }, options)[Symbol.asyncIterator]()
      expect(await reading.next()).toMatchObject({ done: false })
      const waiting = reading.next()
      // A broker has the request by then, and holds it for longer than what comes after the abort.
      await pause(300)
      stop.abort()
      const late = pause(1000).then(() => 'it still waits')
      expect(await Promise.race([waiting, late])).toEqual({ done: true, value: undefined })
    })

    test('the first records from an offset on are seen without a group; where there are none, none are told', async () => {
      await producer.send([{ topic, records: ['a', 'b', 'c'].map((v) => record(0, v)) }])
      const seen = await admin.peek(
        topic,
        new Map([
          [0, offset(1)],
          [1, offset(0)],
        ]),
      )
      expect([...seen.keys()]).toEqual([0])
      expect(seen.get(0)?.map((r) => [r.offset, text(r.value)])).toEqual([
        [1, 'b'],
        [2, 'c'],
      ])
      await admin.deleteRecords(topic, new Map([[0, offset(2)]]))
      await expect(admin.peek(topic, new Map([[0, offset(0)]]))).rejects.toMatchObject({
        code: 'TRB_OFFSET_LOST',
      })
    })

    test('a group is known by how many read in it; one that nobody knows has nobody', async () => {
      const nobody = `${group}.nobody`
      const consumer = await run(new Recorder())
      expect(await admin.members([group, nobody])).toEqual(
        new Map([
          [group, 1],
          [nobody, 0],
        ]),
      )
      await consumer.stop()
      expect((await admin.members([group])).get(group)).toBe(0)
    })

    test('while somebody reads in a group its offsets are not set and it is not deleted; then both go', async () => {
      const handler = new Recorder()
      const consumer = await run(handler)
      await handler.until(() => handler.calls.includes('assigned 0,1'))
      const one = new Map([[0, offset(0)]])
      const inUse = { code: 'TRB_GROUP_IN_USE', exitCode: 1, retriable: false }
      await expect(admin.resetCommitted(group, topic, one)).rejects.toMatchObject(inUse)
      await expect(admin.deleteGroups([group])).rejects.toMatchObject(inUse)
      expect((await admin.committed(group, topic)).size).toBe(0)
      await consumer.stop()
      await admin.resetCommitted(group, topic, one)
      expect((await admin.committed(group, topic)).get(0)?.offset).toBe(0)
      await admin.deleteGroups([group])
      expect((await admin.committed(group, topic)).size).toBe(0)
    })

    test('a partition that there is not is told from one that cannot be reached', async () => {
      const missing = { code: 'TRB_TOPIC_MISSING' }
      await expect(admin.peek(topic, new Map([[9, offset(0)]]))).rejects.toMatchObject(missing)
      await expect(readAll(9)).rejects.toMatchObject(missing)
    })

    test('settings of several topics are one question', async () => {
      const other = `${topic}.other`
      const config = { 'retention.ms': '86400000', 'cleanup.policy': 'compact' }
      await admin.createTopics([{ topic: other, partitions: 1, replicationFactor: 1, config }])
      await admin.setTopicConfig(topic, { 'retention.ms': '-1' })
      expect(await admin.topicConfigs([topic, other], ['retention.ms'])).toEqual(
        new Map([
          [topic, new Map([['retention.ms', '-1']])],
          [other, new Map([['retention.ms', '86400000']])],
        ]),
      )
      expect(await admin.topicConfigs([], ['retention.ms'])).toEqual(new Map())
      await admin.deleteTopics([other])
    })

    test('a topic knows its id, partitions and settings; a missing one is told by name', async () => {
      const described = (await admin.describeTopics([topic, 'nowhere'])).get(topic)
      expect(described).toMatchObject({ topic, partitions: 2 })
      expect(described?.topicId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      expect(await admin.clusterId()).not.toBe('')
      expect((await admin.metadataVersion()) ?? 1).toBeGreaterThan(0)
      expect(await admin.listTopics()).toContain(topic)
      await admin.setTopicConfig(topic, { 'retention.ms': '86400000' })
      expect(await admin.topicConfig(topic, ['retention.ms', 'message.timestamp.type'])).toEqual(
        new Map([
          ['message.timestamp.type', 'LogAppendTime'],
          ['retention.ms', '86400000'],
        ]),
      )
      await expect(admin.topicConfigs([topic, 'nowhere'], ['retention.ms'])).rejects.toMatchObject({
        code: 'TRB_TOPIC_MISSING',
      })
      const missing = client
        .reader()
        .read({ topic: 'nowhere', partition: 0 }, { from: 'start', untilEnd: true })
      await expect(missing[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'TRB_TOPIC_MISSING',
      })
    })
  })
}
