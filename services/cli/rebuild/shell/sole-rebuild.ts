import { TributaryError } from '#runtime/errors/index.ts'
import type { Admin, GroupConsumer, KafkaClient } from '#runtime/kafka/ports.ts'
import { groupName, topicName } from '#schemas/topics.ts'

/** That this command is the only one of its kind, as long as it is a member of a group of its own. */
export interface SoleRebuild {
  /** Rejects when the membership is lost: somebody else may go on with it. */
  readonly lost: Promise<never>
  release(): Promise<void>
}

/** @throws TributaryError TRB_REBUILD_UNDER_WAY when another command is at it. */
export async function beSoleRebuild(
  kafka: KafkaClient,
  admin: Admin,
  prefix: string,
): Promise<SoleRebuild> {
  const group = groupName(prefix, 'rebuild')
  if ((await admin.members([group])).get(group) !== 0) throw another()
  const consumer: GroupConsumer = kafka.consumer({
    groupId: group,
    topics: [topicName(prefix, 'pipeline.generations')],
    // A command that was killed blocks the next one for this long.
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 1000,
    fetchWaitMs: 1000,
    fetchMinBytes: 1,
    fetchMaxBytesPerPartition: 65_536,
  })
  const mine = Promise.withResolvers<void>()
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  await consumer.run({
    async assigned(partitions) {
      if (partitions.length > 0) mine.resolve()
      else {
        mine.reject(another())
        lost.reject(another())
      }
      return Promise.resolve(new Map())
    },
    lost: async () => Promise.resolve(),
    batch: async () => Promise.resolve(),
  })
  const watch = async (): Promise<void> => {
    const error = await consumer.ended
    if (error !== undefined) lost.reject(error)
  }
  void watch()
  try {
    await Promise.race([mine.promise, lost.promise])
  } catch (error) {
    await consumer.stop()
    throw error
  }
  return { lost: lost.promise, release: async () => consumer.stop() }
}

const another = (): TributaryError =>
  new TributaryError('TRB_REBUILD_UNDER_WAY', 'another tributary rebuild is at work', {
    hint: 'Let it go on: tributary rebuild status shows how far it is.',
  })
