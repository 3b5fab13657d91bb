import type { FragmentId } from '#runtime/event/ids.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { keyTombstone } from '#runtime/keys/data-keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import { type FoundKey, readDataKeys } from '../../keys/read-data-keys.ts'
import type { Erasure } from '../erasures.ts'

/** Data keys of erased lives that are there still. A key from after the erasure is of the new life. */
export async function keysOfErased(
  kafka: Pick<KafkaClient, 'reader'>,
  prefix: string,
  erasures: ReadonlyMap<FragmentId, Pick<Erasure, 'erasedAt'>>,
): Promise<{ readonly found: readonly FoundKey[]; readonly destroyed: number }> {
  const topic = topicName(prefix, 'privacy.keys')
  const { keys, destroyed } = await readDataKeys(kafka.reader(), topic, erasures)
  const found = [...keys.values()].filter(
    ({ fragment, madeAt }) => madeAt <= (erasures.get(fragment)?.erasedAt ?? -1),
  )
  return { found, destroyed }
}

/** Destroys what homes did not know of when they came to the erasure. Gives how many there were. */
export async function destroyKeys(
  kafka: Pick<KafkaClient, 'reader' | 'producer'>,
  prefix: string,
  erasures: readonly Erasure[],
): Promise<number> {
  if (erasures.length === 0) return 0
  const byFragment = new Map(erasures.map((one) => [one.fragment, one]))
  const { found } = await keysOfErased(kafka, prefix, byFragment)
  if (found.length === 0) return 0
  const producer = await kafka.producer()
  try {
    const records = found.map(({ fragment, id }) => keyTombstone(fragment, id))
    await producer.send([{ topic: topicName(prefix, 'privacy.keys'), records }])
  } finally {
    await producer.close()
  }
  return found.length
}
