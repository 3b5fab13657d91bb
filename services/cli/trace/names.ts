import { placeOfVersion, rowVersion } from '#runtime/log/version.ts'
import { partitionOfProfile } from '#runtime/pseudonym/pseudonym.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import { topicName } from '#schemas/topics.ts'
import { type Spot, spotText } from './parse-what.ts'

/** Names of our logs in an installation, and back. */
export interface LogNames {
  profileLog(generation: number): string
  links(generation: number): string
  /** Which of our logs a topic is; null: none, so it is a raw one. */
  kindOf(topic: string): { readonly log: 'profiles' | 'links'; readonly generation: number } | null
}

const generationsMax = 256

export function logNames(prefix: string): LogNames {
  const names = new Map<
    string,
    { readonly log: 'profiles' | 'links'; readonly generation: number }
  >()
  for (let generation = 0; generation < generationsMax; generation += 1) {
    names.set(topicName(prefix, 'profile.log', generation), { log: 'profiles', generation })
    names.set(topicName(prefix, 'identity.links', generation), { log: 'links', generation })
  }
  return {
    profileLog: (generation) => topicName(prefix, 'profile.log', generation),
    links: (generation) => topicName(prefix, 'identity.links', generation),
    kindOf: (topic) => names.get(topic) ?? null,
  }
}

/** The message of profile.log that made a row of this version in this partition. */
export function spotOfVersion(version: string, partition: number, names: LogNames): Spot {
  const { generation, offset, index } = placeOfVersion(version)
  return { topic: names.profileLog(generation), partition, offset, index }
}

export const versionOfSpot = (generation: number, offset: number, index: number): string =>
  rowVersion(generation, offset, index)

/** The decision log has one partition, and one record's rows its offset. */
export function spotOfDecision(version: string, names: LogNames): string {
  const { generation, offset } = placeOfVersion(version)
  return spotText({ topic: names.links(generation), partition: 0, offset, index: null })
}

export const ownerOf = (profile: string, partitions: number): number =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an id that ClickHouse holds, or that was parsed
  partitionOfProfile(profile as ProfileId, partitions)

/** `raw/<topic>/<incarnation>/<partition>` of a row or a message; null: no raw partition. */
export function rawSpot(origin: string, offset: number, index: number | null): Spot | null {
  const [, topic, partition] = /^raw\/([^/]+)\/\d+\/(\d+)$/.exec(origin) ?? []
  return topic === undefined ? null : { topic, partition: Number(partition), offset, index }
}
