import { TributaryError } from '#runtime/errors/index.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { type PartitionReset, planReset } from './plan-reset.ts'

/**
 * Over every topic that the channel has ever read.
 * @throws TributaryError TRB_TOPIC_MISSING where the channel's own topics are not there: an empty answer would say that all is well.
 */
export async function findResets(
  admin: Pick<Admin, 'committed' | 'describeTopics' | 'listTopics' | 'offsets'>,
  prefix: string,
  channel: Channel,
): Promise<readonly PartitionReset[]> {
  const topics = await admin.listTopics()
  const own = [
    topicName(prefix, `channel.${channel}.import`),
    topicName(prefix, `channel.${channel}.replay`),
  ]
  const missing = own.filter((topic) => !topics.includes(topic))
  if (missing.length > 0)
    throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${missing.join(', no ')}`)
  const group = groupName(prefix, channel)
  const resets: PartitionReset[] = []
  for (const topic of topics) {
    const committed = await admin.committed(group, topic)
    if (committed.size === 0) continue
    const topicId = (await admin.describeTopics([topic])).get(topic)?.topicId ?? null
    resets.push(...planReset({ topic, topicId }, committed, await admin.offsets(topic)))
  }
  return resets
}
