import { isTributaryError } from '#runtime/errors/index.ts'
import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import { loadKeyRing, readServingKey, type ServingKey } from '#runtime/keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig, readKeyConfig } from './configuration.ts'
import { openKafka } from './connections.ts'
import { servingGeneration } from './serving-generation.ts'
import type { Terminal } from './terminal.ts'

/**
 * The key that the pseudonyms of a generation are made with, and those of the environment that were in force before.
 * @throws TributaryError TRB_KEY_MISMATCH when another key is configured here: it would find nobody, and erase nobody.
 */
export const servingKeyOf = async (
  terminal: Terminal,
  kafka: Pick<KafkaClient, 'reader'>,
  admin: Pick<Admin, 'describeTopics'>,
  { prefix, generation }: { readonly prefix: string; readonly generation: number },
): Promise<ServingKey> =>
  readServingKey(
    { admin, reader: kafka.reader(), topic: topicName(prefix, 'pipeline.keys') },
    loadKeyRing(readKeyConfig(terminal)),
    generation,
  )

/**
 * The same for a command that needs no broker otherwise: where none is configured or answers, the key of the environment is taken as it is.
 */
export async function servingKeyIfKnown(terminal: Terminal): Promise<ServingKey> {
  const ring = loadKeyRing(readKeyConfig(terminal))
  const unchecked: ServingKey = { key: ring.current, retired: [], recorded: false }
  try {
    const { prefix, partitions } = readKafkaConfig(terminal)
    const kafka = openKafka(terminal, { requestTimeoutMs: 5000, retries: 0 })
    try {
      const admin = await kafka.admin()
      try {
        const { generation } = await servingGeneration(kafka, admin, { prefix, partitions })
        return await servingKeyOf(terminal, kafka, admin, { prefix, generation })
      } finally {
        await admin.close()
      }
    } finally {
      await kafka.close()
    }
  } catch (error) {
    if (
      isTributaryError(error, 'TRB_CONFIG_INVALID') ||
      isTributaryError(error, 'TRB_KAFKA_UNAVAILABLE')
    )
      return unchecked
    throw error
  }
}
