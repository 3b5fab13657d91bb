import { expect, test } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { createMemoryKafka } from '../kafka/memory/client.ts'
import {
  adoptServingKey,
  createInstallationKey,
  type InstallationKey,
  type KeyRing,
  readKeyRecords,
  readServingKey,
  recordKey,
} from './index.ts'

const [one, two] = [1, 2].map((byte) => createInstallationKey(Buffer.alloc(32, byte)))
if (!one || !two) throw new Error('two keys')
const topic = 'pipeline.keys'
const alone = (current: InstallationKey): KeyRing => ({ current, next: null, previous: null })

async function open() {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const client = kafka.client()
  return { client, log: { admin: await client.admin(), reader: client.reader(), topic } }
}

test('an installation without a record adopts the key that it is started with, once; another key is refused from then on', async () => {
  const { client, log } = await open()
  expect(await adoptServingKey(log, client, alone(one), 2)).toMatchObject({ key: one })
  await adoptServingKey(log, client, alone(one), 2)
  await adoptServingKey(log, client, alone(one), 3)
  expect(await readKeyRecords(log)).toEqual([{ generation: 2, key: one.id }])
  const mismatch = { code: 'TRB_KEY_MISMATCH' }
  await expect(adoptServingKey(log, client, alone(two), 3)).rejects.toMatchObject(mismatch)
  await expect(readServingKey(log, alone(two), 3)).rejects.toMatchObject(mismatch)
  expect(await readKeyRecords(log)).toHaveLength(1)
})

test('of two that adopt at once with different keys, one goes on and the other is refused', async () => {
  const { client, log } = await open()
  const producer = await client.producer()
  // The other one was first, after this one had looked.
  const late = {
    producer: async () => {
      await recordKey(producer, topic, { generation: 0, key: two.id })
      return client.producer()
    },
  }
  await expect(adoptServingKey(log, late, alone(one), 0)).rejects.toEqual(
    expect.objectContaining({ code: 'TRB_KEY_MISMATCH' }),
  )
  expect(await adoptServingKey(log, client, alone(two), 0)).toMatchObject({ key: two })
})

test('where there is no topic yet, the current key is taken, unrecorded', async () => {
  const client = createMemoryKafka({ now: () => epochMs(0) }).client()
  const log = { admin: await client.admin(), reader: client.reader(), topic }
  expect(await readServingKey(log, alone(one), 0)).toEqual({
    key: one,
    retired: [],
    recorded: false,
  })
})
