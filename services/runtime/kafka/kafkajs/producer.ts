import type { Kafka, Message, PartitionerArgs } from 'kafkajs'
import { TributaryError } from '../../errors/index.ts'
import { createGroupCommitQueue, type Request } from '../group-commit.ts'
import type { OutgoingRecord, Producer } from '../ports.ts'
import { kafkaError } from './errors.ts'
import { kafkajs } from './patched.ts'

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function toMessage({ key, value, headers, partition }: OutgoingRecord): Message {
  const message: Message = {
    key: key === null ? null : asBuffer(key),
    value: value === null ? null : asBuffer(value),
  }
  if (partition !== undefined) message.partition = partition
  if (headers !== undefined) {
    message.headers = Object.fromEntries(
      Object.entries(headers).map(([name, content]) => [
        name,
        typeof content === 'string' ? content : asBuffer(content),
      ]),
    )
  }
  return message
}

/** Remembers which partitions the records of the request under way went to, and keeps a record there when kafkajs tries again. */
function createPartitionLog(): {
  readonly createPartitioner: () => (args: PartitionerArgs) => number
  readonly chosen: Set<string>
} {
  const chosen = new Set<string>()
  const keyless = new WeakMap<Message, number>()
  return {
    chosen,
    createPartitioner: () => {
      const murmur2 = kafkajs.Partitioners.DefaultPartitioner()
      return (args) => {
        const partition = keyless.get(args.message) ?? murmur2(args)
        keyless.set(args.message, partition)
        chosen.add(`${args.topic}/${partition}`)
        return partition
      }
    },
  }
}

/**
 * Idempotent, acknowledged by all in-sync replicas, one request at a time. kafkajs retries by itself, with the same sequence
 * numbers; when it gives up the producer is dead for good. Each partition of a request must be acknowledged by name: kafkajs can
 * leave one out when its leader moves between two tries.
 */
export async function createProducer(
  kafka: Kafka,
  retries: number,
  giveUp?: AbortSignal,
): Promise<Producer> {
  const { createPartitioner, chosen } = createPartitionLog()
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner,
    retry: { initialRetryTime: 20, maxRetryTime: 1000, retries },
  })

  const write = async (request: Request): Promise<void> => {
    chosen.clear()
    const topicMessages = request.map(({ topic, records }) => ({
      topic,
      messages: records.map(toMessage),
    }))
    const acknowledged = await producer
      .sendBatch({ acks: -1, topicMessages })
      .catch((error: unknown) => {
        throw kafkaError(`writing to ${request.map(({ topic }) => topic).join(', ')}`, error)
      })
    for (const { topicName, partition, errorCode } of acknowledged) {
      if (errorCode === 0) chosen.delete(`${topicName}/${partition}`)
    }
    if (chosen.size > 0) {
      const message = `no acknowledgement for ${[...chosen].join(', ')}`
      throw new TributaryError('TRB_KAFKA_UNAVAILABLE', message)
    }
  }

  const queue = createGroupCommitQueue(write)
  giveUp?.addEventListener('abort', () => queue.abandon(), { once: true })
  await producer.connect().catch((error: unknown) => {
    throw kafkaError('connecting a producer', error)
  })
  return {
    send: async (batches) => queue.send(batches),
    async close() {
      await queue.drain()
      await producer.disconnect()
    },
  }
}
