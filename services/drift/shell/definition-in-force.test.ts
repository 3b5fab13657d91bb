import { expect, it } from 'vitest'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { firstGeneration, saveGenerations } from '#runtime/generation/index.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { encodeDefinition } from '#runtime/log/definitions-record.ts'
import { topology } from '../topology.ts'
import { createDefinitionInForce } from './definition-in-force.ts'

const { reads } = topology('')

it('is the file of the generation that serves: what a rebuild brings is watched from its switch on', async () => {
  const memory = createMemoryKafka({ now: () => epochMs(0) })
  const kafka = memory.client()
  const producer = await kafka.producer()
  const create = (topic: string): void =>
    memory.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const deployed = async (generation: number): Promise<void> =>
    producer.send([
      {
        topic: reads.definitions,
        records: [
          {
            key: Buffer.from('file'),
            value: encodeDefinition({
              content: pipelineText(),
              hash: '',
              deployedAt: epochMs(0),
              deployedBy: 'ada',
              generation,
            }),
            partition: 0,
          },
        ],
      },
    ])
  create(reads.definitions)
  const inForce = createDefinitionInForce(kafka, reads)
  expect(await inForce()).toBeNull()
  await deployed(0)
  await deployed(1)
  expect(await inForce()).toMatchObject({ version: 0 })
  create(reads.generations)
  const record = firstGeneration(1)
  await saveGenerations(producer, reads.generations, record)
  expect(await inForce()).toMatchObject({ version: 0 })
  const live = { ...record.live, generation: 1 }
  await saveGenerations(producer, reads.generations, { ...record, live })
  expect(await inForce()).toMatchObject({ version: 1 })
})
