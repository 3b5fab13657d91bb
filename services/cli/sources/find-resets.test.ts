import { expect, it } from 'vitest'
import { epochMs, offset } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { findResets } from './find-resets.ts'

const channelTopics = ['zz.channel.web', 'zz.channel.web.import', 'zz.channel.web.replay']

async function brokerWith(topics: readonly string[]) {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  for (const topic of topics)
    kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  return { broker: kafka.broker, admin: await kafka.client().admin() }
}

it('names the topics that are not there, rather than to say that all of nothing can go on', async () => {
  const { admin } = await brokerWith(channelTopics)
  await expect(findResets(admin, 'yy.', 'web')).rejects.toMatchObject({
    code: 'TRB_TOPIC_MISSING',
    message: 'there is no yy.channel.web.import, no yy.channel.web.replay',
  })
})

it('finds nothing to do where the channel has read nothing yet', async () => {
  const { admin } = await brokerWith(channelTopics)
  expect(await findResets(admin, 'zz.', 'web')).toEqual([])
})

it('finds a place that is gone', async () => {
  const { admin, broker } = await brokerWith(channelTopics)
  const at = { topic: 'zz.channel.web', partition: 0 }
  broker.commit('zz.tributary-web', at, { offset: offset(9), metadata: null })
  expect(await findResets(admin, 'zz.', 'web')).toMatchObject([{ ...at, committed: 9, to: 0 }])
})
