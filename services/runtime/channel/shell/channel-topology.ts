import { groupName, prefixed, type TopicName, topicName } from '#schemas/topics.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { Entry } from '../core/entry.ts'

export interface ChannelTopology {
  readonly reads: Readonly<
    Record<'import' | 'replay' | 'definitions' | 'suppressions' | 'keys' | 'dataKeys', string>
  >
  readonly writes: Readonly<Record<'profileLog' | 'deadLetter' | 'dataKeys', string>>
  /** Of our own topics, those that have to exist. */
  readonly uses: readonly TopicName[]
  readonly group: string
}

/**
 * Every topic and group that a channel service touches, while `generation` of profile.log serves. Source topics are those that the pipeline
 * file names for it.
 */
export function channelTopology(
  channel: Channel,
  prefix: string,
  generation: number,
): ChannelTopology {
  return {
    reads: {
      import: topicName(prefix, `channel.${channel}.import`),
      replay: topicName(prefix, `channel.${channel}.replay`),
      definitions: topicName(prefix, 'pipeline.definitions'),
      suppressions: topicName(prefix, 'identity.suppressions'),
      keys: topicName(prefix, 'pipeline.keys'),
      dataKeys: topicName(prefix, 'privacy.keys'),
    },
    writes: {
      dataKeys: topicName(prefix, 'privacy.keys'),
      profileLog: topicName(prefix, 'profile.log', generation),
      deadLetter: topicName(prefix, 'deadletter'),
    },
    uses: [
      `channel.${channel}.import`,
      `channel.${channel}.replay`,
      'pipeline.definitions',
      'pipeline.generations',
      'pipeline.keys',
      'identity.suppressions',
      'privacy.keys',
      'profile.log',
      'deadletter',
    ],
    group: groupName(prefix, channel),
  }
}

/** How a record of a topic came into the channel. */
export const entryOf = (topic: string, { reads }: Pick<ChannelTopology, 'reads'>): Entry =>
  topic === reads.import ? 'import' : topic === reads.replay ? 'replay' : 'live'

const barePrefix = (prefix: string): string => prefixed(prefix, '')

/** The name by which the pipeline file knows a topic: without the installation's prefix. */
export const nameInFile = (topic: string, prefix: string): string =>
  prefix !== '' && topic.startsWith(barePrefix(prefix))
    ? topic.slice(barePrefix(prefix).length)
    : topic

/** Existing topics that the pipeline file names for a channel, and names of the file that no topic has (yet). */
export function matchTopics(
  existing: readonly string[],
  named: readonly (string | RegExp)[],
  prefix: string,
): { readonly found: readonly string[]; readonly missing: readonly string[] } {
  const candidates = existing.filter(
    (topic) => prefix === '' || topic.startsWith(barePrefix(prefix)),
  )
  const ours = /\.(?:import|replay)$/
  const found = candidates.filter((topic) => {
    const name = nameInFile(topic, prefix)
    return named.some((one) =>
      typeof one === 'string' ? one === name : one.test(name) && !ours.test(name),
    )
  })
  const there = new Set(found.map((topic) => nameInFile(topic, prefix)))
  return {
    found: found.toSorted(),
    missing: named.filter((one) => typeof one === 'string' && !there.has(one)).map(String),
  }
}
