import type { Admin as KafkajsAdmin } from 'kafkajs'
import { TributaryError } from '../../errors/index.ts'
import type { Offset } from '../../event/ids.ts'
import { type Admin, type KafkaRecord, partitionKey, type TopicPartition } from '../ports.ts'
import { guarded, isOffsetOutOfRange } from './errors.ts'
import { lookUpMetadataVersion } from './features.ts'
import type { InternalCluster } from './internals.ts'
import { fetchFrom } from './reader.ts'

/** Runs work on a connection of its own. */
export type WithCluster = <T>(work: (cluster: InternalCluster) => Promise<T>) => Promise<T>

/** A broker gives at least one whole batch, however small the limit. */
const peekBytes = 16 * 1024
/** Control records and what compaction left of batches bring no record: look a little further. */
const peekFetchesMax = 20

/** What only looks from the outside, and takes part in nothing. */
export function lookMethods(
  admin: KafkajsAdmin,
  connected: WithCluster,
): Pick<Admin, 'members' | 'metadataVersion' | 'peek'> {
  return {
    members: async (groups) =>
      guarded('describing groups', async () => {
        const described = await admin.describeGroups([...groups])
        return new Map(described.groups.map(({ groupId, members }) => [groupId, members.length]))
      }),
    metadataVersion: async () =>
      guarded('reading the features of the cluster', async () => connected(lookUpMetadataVersion)),
    peek: async (topic, from) =>
      guarded(`reading ${topic}`, async () =>
        connected(async (cluster) => {
          await cluster.addTargetTopic(topic)
          const found = new Map<number, readonly KafkaRecord[]>()
          for (const [partition, at] of from) {
            const records = await firstRecords(cluster, { topic, partition }, at)
            if (records.length > 0) found.set(partition, records)
          }
          return found
        }),
      ),
  }
}

async function firstRecords(
  cluster: InternalCluster,
  at: TopicPartition,
  from: Offset,
): Promise<readonly KafkaRecord[]> {
  let next: number = from
  try {
    for (let fetches = 1; fetches <= peekFetchesMax; fetches += 1) {
      const fetched = await fetchFrom(cluster, at, next, { maxBytes: peekBytes })
      if (fetched.batch !== null) return fetched.batch.records
      if (fetched.next === next) break
      next = fetched.next
    }
    return []
  } catch (cause) {
    if (!isOffsetOutOfRange(cause)) throw cause
    const message = `${partitionKey(at)}: ${from} is not in the log`
    throw new TributaryError('TRB_OFFSET_LOST', message, { context: { ...at }, cause })
  }
}
