import { TributaryError } from '#runtime/errors/index.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'
import { readFact } from '../doctor/read-fact.ts'
import { readKafkaConfig } from './configuration.ts'
import { openKafka } from './connections.ts'
import { askServingGeneration } from './serving-generation.ts'
import type { Terminal } from './terminal.ts'

/** Somebody is waiting: say soon that the brokers do not answer. */
const brokersMs = 5000

/**
 * Asks the deployed pipeline files of the generation that serves, for a command that wants nothing else of Kafka. First whether the brokers answer at
 * all: a read has patience for a minute.
 */
export async function askDefinitions<T>(
  terminal: Terminal,
  ask: (reader: PartitionReader, topic: string, generation: number) => Promise<T>,
): Promise<T> {
  const config = readKafkaConfig(terminal)
  const kafka = openKafka(terminal, { requestTimeoutMs: brokersMs, retries: 1 })
  try {
    const connected = await readFact('Kafka', brokersMs, async () => {
      const probe = await kafka.admin()
      await probe.close()
    })
    if (!connected.read) throw new TributaryError('TRB_KAFKA_UNAVAILABLE', connected.why)
    const { generation } = await askServingGeneration(kafka, config)
    return await ask(kafka.reader(), topicName(config.prefix, 'pipeline.definitions'), generation)
  } finally {
    await kafka.close()
  }
}
