/** What kafkajs's producer groups, as far as it is looked at here. */
interface Grouping<Message> {
  readonly topic: string
  readonly partitionMetadata: readonly unknown[]
  readonly messages: readonly Message[]
  readonly partitioner: (args: {
    readonly topic: string
    readonly partitionMetadata: readonly unknown[]
    readonly message: Message
  }) => number
}

/** As kafkajs's own, which copies all messages of a partition for each that is added. */
export function groupMessages<Message>(grouping: Grouping<Message>): Record<string, Message[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping
  const groups: Record<string, Message[]> = {}
  if (partitionMetadata.length === 0) return groups
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message })
    const group = groups[partition]
    if (group === undefined) groups[partition] = [message]
    else group.push(message)
  }
  return groups
}

const seed = 0x97_47_b2_8c
const factor = 0x5b_d1_e9_95

/**
 * Kafka's hash of keys (MurmurHash2, 32 bits, as org.apache.kafka.common.utils.Utils has it) in 32-bit arithmetic; kafkajs's own takes some eight
 * big integers for each four bytes.
 */
export function murmur2(key: unknown): number {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(String(key))
  const { length } = bytes
  const whole = length & ~3
  let hash = seed ^ length
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), factor)
    word = Math.imul(word ^ (word >>> 24), factor)
    hash = Math.imul(hash, factor) ^ word
  }
  const rest = length - whole
  if (rest > 2) hash ^= (bytes[whole + 2] ?? 0) << 16
  if (rest > 1) hash ^= (bytes[whole + 1] ?? 0) << 8
  if (rest > 0) hash = Math.imul(hash ^ (bytes[whole] ?? 0), factor)
  hash = Math.imul(hash ^ (hash >>> 13), factor)
  return hash ^ (hash >>> 15)
}
