import { expect, test } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { createMemoryKafka } from '../../kafka/memory/client.ts'
import { silentLogger } from '../../telemetry/index.ts'
import { createTopicLook } from './topic-look.ts'

test('finds the topics of the file in a fixed order, and says which are not there when that changes', async () => {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  const create = (topic: string): void =>
    kafka.broker.createTopic({ topic, partitions: 2, replicationFactor: 1, config: {} })
  const own = 'channel.web.import'
  for (const topic of ['shop', own, 'another']) create(topic)
  const said: unknown[] = []
  const look = createTopicLook({
    admin: await kafka.client().admin(),
    named: () => ['shop', 'app', 'till'],
    own: [own],
    prefix: '',
    log: { ...silentLogger, info: (fields) => said.push(fields) },
  })
  const looked = async () => (await look()).map(({ topic, partitions }) => [topic, partitions])
  expect(await looked()).toEqual([
    [own, 2],
    ['shop', 2],
  ])
  await look()
  create('app')
  expect(await looked()).toEqual([
    ['app', 2],
    [own, 2],
    ['shop', 2],
  ])
  create('till')
  await look()
  expect(said).toEqual([
    { count: 2, missing: ['app', 'till'] },
    { count: 1, missing: ['till'] },
    { count: 0, missing: [] },
  ])
})
