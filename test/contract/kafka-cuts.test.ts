import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ISocketFactory } from 'kafkajs'
import { expect, inject, test, vi } from 'vitest'
import { offset } from '#runtime/event/ids.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { KafkaClient, RecordBatch } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it tells vitest the type of what is injected
import '../support/stack/provided.ts'

const { kafkaBrokers } = inject('stack')

/** Sockets that a test can cut. */
function createCuttableSockets(): {
  readonly socketFactory: ISocketFactory
  count(): number
  cutAll(): number
} {
  const open = new Set<Socket>()
  return {
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect)
      socket.setKeepAlive(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    count: () => open.size,
    cutAll() {
      const { size } = open
      // As the peer's reset looks from here.
      for (const socket of open)
        socket.destroy(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))
      open.clear()
      return size
    },
  }
}

async function readAll(client: KafkaClient, topic: string, partition: number): Promise<string[]> {
  const values: string[] = []
  const batches: AsyncIterable<RecordBatch> = client
    .reader()
    .read({ topic, partition }, { from: 'start', untilEnd: true })
  for await (const { records } of batches) {
    for (const { value } of records) values.push(Buffer.from(value ?? []).toString())
  }
  return values
}

test('with its sockets cut again and again, a producer neither loses, doubles nor reorders what it acknowledged', async () => {
  const clean = createKafkajsClient({ brokers: kafkaBrokers, clientId: 'clean' }, silentLogger)
  const sockets = createCuttableSockets()
  const cut = createKafkajsClient(
    { brokers: kafkaBrokers, clientId: 'cut', socketFactory: sockets.socketFactory },
    silentLogger,
  )
  const admin = await clean.admin()
  const topic = `contract.${randomUUID()}`
  await admin.createTopics([{ topic, partitions: 3, replicationFactor: 1, config: {} }])
  const producer = await cut.producer()
  const sends: Promise<void>[] = []
  let cuts = 0
  for (let send = 0; send < 120; send += 1) {
    const records = [0, 1, 2].map((partition) => ({
      key: null,
      value: Buffer.from(`${send}`.padStart(4, '0')),
      partition,
    }))
    sends.push(producer.send([{ topic, records }]))
    if (send % 8 === 0) {
      // It comes back after a pause of its own, and only then is there anything to cut.
      await vi.waitUntil(() => sockets.count() > 0, { timeout: 30_000, interval: 1 })
      // Now and then in the middle of a request, now and then between two.
      await pause(send % 24)
      cuts += sockets.cutAll()
    }
  }
  await Promise.all(sends)
  await producer.close()
  const expected = Array.from({ length: 120 }, (_, send) => `${send}`.padStart(4, '0'))
  for (const partition of [0, 1, 2])
    expect(await readAll(clean, topic, partition)).toEqual(expected)
  expect(cuts).toBeGreaterThanOrEqual(15)
  await admin.deleteTopics([topic])
  await admin.close()
})

test('with its sockets cut, a consumer goes on by itself and passes over nothing', async () => {
  const clean = createKafkajsClient({ brokers: kafkaBrokers, clientId: 'clean' }, silentLogger)
  const sockets = createCuttableSockets()
  const cut = createKafkajsClient(
    { brokers: kafkaBrokers, clientId: 'cut', socketFactory: sockets.socketFactory },
    silentLogger,
  )
  const admin = await clean.admin()
  const topic = `contract.${randomUUID()}`
  await admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }])
  const producer = await clean.producer()
  const consumer = cut.consumer({
    groupId: `group.${topic}`,
    topics: [topic],
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 300,
    fetchWaitMs: 50,
    fetchMinBytes: 1,
    fetchMaxBytesPerPartition: 1 << 20,
  })
  const seen: string[] = []
  const all = Promise.withResolvers<void>()
  await consumer.run({
    assigned: async () => Promise.resolve(new Map()),
    lost: async () => Promise.resolve(),
    async batch({ records }, control) {
      for (const { value } of records) seen.push(Buffer.from(value ?? []).toString())
      const last = records.at(-1)
      if (last !== undefined) await control.commit(offset(last.offset + 1))
      if (seen.at(-1) === '39') all.resolve()
    },
  })
  for (let n = 0; n < 40; n += 1) {
    await producer.send([
      { topic, records: [{ key: null, value: Buffer.from(`${n}`), partition: 0 }] },
    ])
    if (n % 5 === 4) sockets.cutAll()
    await pause(20)
  }
  const ended = await Promise.race([all.promise, consumer.ended])
  expect(ended).toBeUndefined()
  await consumer.stop()
  // What was read and not committed may come again; nothing may be missing, and first sights keep the order.
  expect([...new Set(seen)]).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`))
  expect((await admin.committed(`group.${topic}`, topic)).get(0)?.offset).toBe(40)
  await producer.close()
  await admin.deleteTopics([topic])
  await admin.close()
  await cut.close()
})
