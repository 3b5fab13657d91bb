import { type DefinitionVersion, definitionVersion } from '../../event/ids.ts'
import { isFields, own, ownText } from './fields.ts'

/**
 * Version of the normalisers and routes: raised when the same record would become other events. A record is always met by what is
 * named here, so that its redelivery becomes the same events.
 */
export const channelVersion = 2

/** What a committed offset of a raw topic says beside its number: by which rules the records from there on are read. */
export interface CommitMetadata {
  readonly definition: DefinitionVersion
  readonly channelVersion: number
  /** Id of the topic whose offsets these are; null where the broker has no topic ids. */
  readonly topicId: string | null
}

export const encodeCommitMetadata = (metadata: CommitMetadata): string =>
  JSON.stringify({
    definition: metadata.definition,
    channel: metadata.channelVersion,
    topic: metadata.topicId,
  })

/** null: nothing was committed by a channel (the first start, or another tool reset the offset). */
export function decodeCommitMetadata(text: string | null): CommitMetadata | null {
  if (text === null || text === '') return null
  try {
    const fields: unknown = JSON.parse(text)
    if (!isFields(fields)) return null
    const version = own(fields, 'definition')
    const channel = own(fields, 'channel')
    if (typeof version !== 'number') return null
    return {
      definition: definitionVersion(version),
      channelVersion: typeof channel === 'number' ? channel : channelVersion,
      topicId: ownText(fields, 'topic') ?? null,
    }
  } catch {
    return null
  }
}

/**
 * Incarnation of a raw topic: offsets start anew when a topic is created again, so its id takes part in the name of the origin.
 * The first 32 bits of the id; 0 where there is none.
 */
export const incarnationOf = (topicId: string | null): number =>
  topicId === null ? 0 : Number.parseInt(topicId.replaceAll('-', '').slice(0, 8), 16) >>> 1
