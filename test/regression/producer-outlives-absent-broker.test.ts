import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ISocketFactory } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { freePorts } from '../../infra/local/stack/ports.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it tells vitest the type of what is injected
import '../support/stack/provided.ts'

// Found by chaos: a producer promised to try for minutes, but kafkajs' reconnecting inside of a try gave up after eight attempts, three
// seconds, and the producer was dead for good: every restart of a broker ended every service that was sending.

const awayMs = 7000

test('a producer outlives a broker that is away for longer than the client tries to connect', async () => {
  const { kafkaBrokers } = inject('stack')
  const [closedPort = 0] = await freePorts(1)
  const open = new Set<Socket>()
  let away = false
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port: away ? closedPort : port }, onConnect)
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    return socket
  }
  const client = createKafkajsClient(
    { brokers: kafkaBrokers, clientId: 'absent', socketFactory },
    silentLogger,
  )
  const admin = await client.admin()
  const topic = `regression.${crypto.randomUUID()}`
  await admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }])
  const producer = await client.producer()
  const send = async (text: string): Promise<void> =>
    producer.send([{ topic, records: [{ key: null, value: Buffer.from(text) }] }])
  await send('before')

  away = true
  // As the broker's end looks from here.
  for (const socket of open) socket.destroy(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))
  const meanwhile = send('meanwhile')
  await pause(awayMs)
  away = false
  await meanwhile
  await send('after')

  expect((await admin.offsets(topic)).get(0)?.high).toBe(3)
  await producer.close()
  await admin.deleteTopics([topic])
  await admin.close()
  await client.close()
})
