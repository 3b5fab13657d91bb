import {
  firstGeneration,
  type GenerationsRecord,
  readGenerations,
} from '#runtime/generation/index.ts'
import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'

/** The generation of profile.log that serves, and what is being built beside it. */
export interface ServingGeneration {
  readonly generation: number
  /** Partitions of its profile.log; the configured ones until something was rebuilt. */
  readonly partitions: number
  readonly record: GenerationsRecord
}

export async function servingGeneration(
  kafka: Pick<KafkaClient, 'reader'>,
  admin: Pick<Admin, 'describeTopics'>,
  { prefix, partitions }: { readonly prefix: string; readonly partitions: number },
): Promise<ServingGeneration> {
  const topic = topicName(prefix, 'pipeline.generations')
  const newest = await readGenerations({ admin, reader: kafka.reader(), topic })
  const record = newest.record ?? firstGeneration(partitions)
  const { live } = record
  return { generation: live.generation, partitions: live.partitions, record }
}

/** The same for whoever asks brokers for nothing else that takes an admin. */
export async function askServingGeneration(
  kafka: Pick<KafkaClient, 'admin' | 'reader'>,
  config: Parameters<typeof servingGeneration>[2],
): Promise<ServingGeneration> {
  const admin = await kafka.admin()
  try {
    return await servingGeneration(kafka, admin, config)
  } finally {
    await admin.close()
  }
}
