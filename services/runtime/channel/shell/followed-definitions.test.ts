import { expect, test } from 'vitest'
import { putDefinition } from '../../definition/testing/put-definition.ts'
import { epochMs } from '../../event/ids.ts'
import { createMemoryKafka } from '../../kafka/memory/client.ts'
import { openDefinitions } from './followed-definitions.ts'

const topic = 'pipeline.definitions'
const content = `
purposes: { service: Service }
sources:
  - { name: shop, channel: web, topics: [channel.web], format: json, source: tributary }
`

test('while nothing is deployed a channel has to wait; then it goes by what is deployed', async () => {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const reader = kafka.client().reader()
  await expect(openDefinitions(reader, topic, 0)).rejects.toMatchObject({
    code: 'TRB_DEPENDENCY_UNAVAILABLE',
    retriable: true,
    hint: 'tributary deploy infra/pipeline.yaml',
  })
  putDefinition(kafka.broker, topic, content)
  const definitions = await openDefinitions(reader, topic, 0)
  expect(definitions.latest().version).toBe(0)
  await definitions.stop()
  expect(await definitions.ended).toBeUndefined()
})
