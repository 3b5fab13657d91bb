import { expect, it } from 'vitest'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { putDefinition } from '#runtime/definition/testing/put-definition.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { firstGeneration, saveGenerations } from '#runtime/generation/index.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { topology } from '../topology.ts'
import { createDefinitionInForce } from './definition-in-force.ts'

const { reads } = topology('')

it('is the file of the generation that serves: what a rebuild brings is watched from its switch on', async () => {
  const memory = createMemoryKafka({ now: () => epochMs(0) })
  const kafka = memory.client()
  const producer = await kafka.producer()
  const create = (topic: string): void =>
    memory.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  create(reads.definitions)
  const inForce = createDefinitionInForce(kafka, reads)
  expect(await inForce()).toBeNull()
  for (const generation of [0, 1])
    putDefinition(memory.broker, reads.definitions, pipelineText(), generation)
  expect(await inForce()).toMatchObject({ version: 0 })
  create(reads.generations)
  const record = firstGeneration(1)
  await saveGenerations(producer, reads.generations, record)
  expect(await inForce()).toMatchObject({ version: 0 })
  const live = { ...record.live, generation: 1 }
  await saveGenerations(producer, reads.generations, { ...record, live })
  expect(await inForce()).toMatchObject({ version: 1 })
})
