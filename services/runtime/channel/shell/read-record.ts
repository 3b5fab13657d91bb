import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { KafkaRecord, TopicPartition } from '../../kafka/ports.ts'
import type { Fate } from '../core/engine.ts'
import {
  type Entry,
  originalTopicHeader,
  receivedAtHeader,
  isRecordTime,
  receivedAtOf,
  sourceHeader,
} from '../core/entry.ts'
import { isRejection } from '../core/fields.ts'
import type { ChannelLimits } from '../core/limits.ts'
import { type Rejection, reject } from '../core/outcome.ts'
import type { DeadLetterStage } from '../core/reasons.ts'
import type { ConfiguredSource } from '../core/settings.ts'
import type { RecordDecoder } from './decoder.ts'
import type { ChannelRules } from './rules.ts'

/** What a record says: what becomes of each of its events. */
export interface RecordReading {
  /** null: not known. */
  readonly source: string | null
  readonly schemaId: number | null
  /** null: the record has no time that can be meant. */
  readonly receivedAt: EpochMs | null
  readonly fates: readonly Fate[]
}

export interface ReadDeps {
  readonly decoder: Pick<RecordDecoder, 'decode'>
  readonly limits: ChannelLimits
}

const text = new TextDecoder()

export const headerText = (record: KafkaRecord, name: string): string | undefined => {
  const value = record.headers[name]
  return value === undefined ? undefined : text.decode(value)
}

function sourceOf(
  record: KafkaRecord,
  at: TopicPartition,
  entry: Entry,
  rules: ChannelRules,
): ConfiguredSource | undefined {
  switch (entry) {
    case 'live':
      return rules.sourceOf(at.topic, headerText(record, sourceHeader))
    case 'replay': {
      const original = headerText(record, originalTopicHeader) ?? ''
      return isImportTopic(original, rules)
        ? rules.importSource
        : rules.sourceOf(original, headerText(record, sourceHeader))
    }
    case 'import':
      return rules.importSource
    default:
      return entry satisfies never
  }
}

/** A retry of an import's dead letter comes through the replay topic, and was JSON of our own all the same. */
const isImportTopic = (topic: string, { importSource }: ChannelRules): boolean =>
  topic === `channel.${importSource.settings.channel}.import`

/**
 * Decodes and normalises one record; never throws for what is in it. A number: the id of a schema that has to be looked up first. A
 * normaliser that throws has a bug: since a channel keeps no state, that costs the record, which can be sent again when it is mended, and
 * not the partition.
 */
export function readRecord(
  record: KafkaRecord,
  at: TopicPartition,
  entry: Entry,
  rules: ChannelRules,
  { decoder, limits }: ReadDeps,
): RecordReading | number {
  const receivedAt = isRecordTime(record.timestamp)
    ? receivedAtOf(entry, epochMs(record.timestamp), headerText(record, receivedAtHeader), limits)
    : null
  const configured = sourceOf(record, at, entry, rules)
  let source = configured?.settings.name ?? null
  let schemaId: number | null = null
  const reading = (fates: readonly Fate[]): RecordReading => ({
    source,
    schemaId,
    receivedAt,
    fates,
  })
  const refused = (rejection: Rejection, stage: DeadLetterStage = 'decode'): RecordReading =>
    reading([
      {
        fate: 'dead_letter',
        index: null,
        stage,
        reason: rejection.reject,
        detail: rejection.detail,
      },
    ])

  if (!configured)
    return refused(
      reject(
        'unknown_source',
        'no source of the pipeline file reads this topic, or none is called as its header says',
      ),
    )
  if (record.value === null) return reading([{ fate: 'drop', index: null, reason: 'tombstone' }])
  if (receivedAt === null)
    return refused(
      reject(
        'invalid_record_time',
        `its timestamp lies ${record.timestamp < 0 ? 'before 1970' : 'beyond 2099'}`,
      ),
    )
  const unfit = unfitBytes(record.value, limits)
  if (unfit !== null) return refused(unfit)
  try {
    const decoded = decoder.decode(record.value, configured)
    if ('schemaNeeded' in decoded) return decoded.schemaNeeded
    if (isRejection(decoded)) return refused(decoded)
    const shown = rules.detected(configured, decoded.value)
    if (!shown)
      return refused(
        typeof decoded.value === 'string'
          ? reject('invalid_json', 'the bytes are no JSON, nor the text of a vendor')
          : reject('unknown_source', 'the record has the shape of no vendor'),
      )
    source = shown.settings.name
    schemaId = decoded.schemaId
    return reading(rules.engine.process(decoded.value, shown.settings, receivedAt, schemaId))
  } catch (error) {
    return refused(reject('normaliser_failed', describeThrown(error)), 'normalise')
  }
}

function unfitBytes(value: Uint8Array, limits: ChannelLimits): Rejection | null {
  if (value.length === 0) return reject('empty_record', 'the record has no bytes')
  return value.length > limits.recordBytesMax
    ? reject('record_too_large', `${value.length} bytes, at most ${limits.recordBytesMax}`)
    : null
}

/** Kind and place of what was thrown; its message may quote the record. */
function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return 'something was thrown'
  const place = /\/([\w.-]+\.ts:\d+)/.exec(error.stack?.slice(error.message.length) ?? '')?.[1]
  return `${error.name}${place === undefined ? '' : ` at ${place}`}`
}
