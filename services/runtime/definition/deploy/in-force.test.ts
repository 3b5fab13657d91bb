import { expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { createMemoryKafka } from '../../kafka/memory/client.ts'
import { createDefinitionCache } from '../load-definition.ts'
import { pipelineText } from '../testing/pipeline-text.ts'
import { putDefinition } from '../testing/put-definition.ts'
import { definitionIfDeployed, definitionInForce } from './in-force.ts'

const topic = 'pipeline.definitions'

/** Files in their order, each with the generation that it was deployed for. */
function deployed(...files: readonly (readonly [content: string, generation: number])[]) {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  for (const [content, generation] of files) putDefinition(kafka.broker, topic, content, generation)
  return kafka.client().reader()
}

const other = pipelineText().replace('orders > 0', 'orders > 1')

it('is the newest file of a generation, whatever was deployed for a later one', async () => {
  const reader = deployed([pipelineText(), 0], [other, 1])
  expect(await definitionInForce(reader, topic, 0)).toMatchObject({ version: 0 })
  expect(await definitionInForce(reader, topic, 1)).toMatchObject({ version: 1 })
})

it('says in the same words everywhere that nothing is deployed', async () => {
  const reader = deployed()
  expect(await definitionIfDeployed(reader, topic, 0)).toBeNull()
  await expect(definitionInForce(reader, topic, 0)).rejects.toMatchObject({
    code: 'TRB_NOT_FOUND',
    message: 'no pipeline file is deployed on pipeline.definitions',
    hint: 'tributary deploy infra/pipeline.yaml',
  })
})

it('says of a deployed file with mistakes which one that is', async () => {
  const reader = deployed([pipelineText(), 0], ['segments: 7', 0])
  await expect(definitionInForce(reader, topic, 0)).rejects.toThrow(
    'version 1 of pipeline.definitions is deployed',
  )
})

it('is compiled once for whoever asks again', async () => {
  const reader = deployed([pipelineText(), 0])
  const cache = createDefinitionCache()
  const first = await definitionIfDeployed(reader, topic, 0, cache)
  expect(await definitionIfDeployed(reader, topic, 0, cache)).toBe(first)
})
