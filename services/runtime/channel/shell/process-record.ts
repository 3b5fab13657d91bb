import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { KafkaRecord, TopicPartition } from '../../kafka/ports.ts'
import {
  type Entry,
  originalTopicHeader,
  receivedAtHeader,
  receivedAtOf,
  sourceHeader,
} from '../core/entry.ts'
import { isRejection } from '../core/fields.ts'
import type { ChannelLimits } from '../core/limits.ts'
import type { DeadLetterReason, DeadLetterStage } from '../core/reasons.ts'
import type { ConfiguredSource } from '../core/settings.ts'
import {
  createPayloads,
  type DeadLetterEncoder,
  type PackedPayload,
  payloadEncodingHeader,
} from './dead-letters.ts'
import type { RecordDecoder } from './decoder.ts'
import type { ChannelMetrics } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import type { ChannelRules } from './rules.ts'

export interface ProcessDeps {
  readonly decoder: RecordDecoder
  readonly deadLetters: DeadLetterEncoder
  readonly limits: ChannelLimits
  readonly metrics: ChannelMetrics
}

interface Failure {
  readonly index: number | null
  readonly stage: DeadLetterStage
  readonly reason: DeadLetterReason
  readonly detail: string
}

const text = new TextDecoder()

const headerText = (record: KafkaRecord, name: string): string | undefined => {
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
    case 'replay':
      return rules.sourceOf(
        headerText(record, originalTopicHeader) ?? '',
        headerText(record, sourceHeader),
      )
    case 'import':
      return rules.importSource
    default:
      return entry satisfies never
  }
}

/** A retry of an import's dead letter comes through the replay topic, and was JSON of our own all the same. */
const isImportTopic = (topic: string): boolean => topic.endsWith('.import')

export interface RecordProcessor {
  /** Puts all that one record becomes into the outbox. A number: the id of a schema that has to be looked up first. */
  process(
    record: KafkaRecord,
    at: TopicPartition,
    entry: Entry,
    rules: ChannelRules,
    outbox: Outbox,
  ): number | null
}

export function createRecordProcessor(deps: ProcessDeps): RecordProcessor {
  const { decoder, deadLetters, limits, metrics } = deps

  const createBin = (
    record: KafkaRecord,
    at: TopicPartition,
    source: string | null,
    schemaId: number | null,
    receivedAt: EpochMs,
    outbox: Outbox,
  ): ((failure: Failure) => void) => {
    let payloads: (() => PackedPayload) | undefined
    return (failure) => {
      payloads ??= createPayloads(record)
      const { payload, encoding, note } = payloads()
      metrics.deadLetter(source ?? 'unknown', failure.stage, failure.reason)
      outbox.deadLetter(
        deadLetters.encode({
          topic: at.topic,
          partition: at.partition,
          offset: record.offset,
          index: failure.index,
          stage: failure.stage,
          reason: failure.reason,
          detail: failure.detail + note,
          source,
          schemaId,
          receivedAt,
          payload,
          headers:
            encoding === null
              ? record.headers
              : { ...record.headers, [payloadEncodingHeader]: new TextEncoder().encode(encoding) },
        }),
      )
    }
  }

  return {
    process(record, at, entry, rules, outbox) {
      const original = entry === 'replay' ? headerText(record, originalTopicHeader) : undefined
      const source =
        original !== undefined && isImportTopic(original)
          ? rules.importSource
          : sourceOf(record, at, entry, rules)
      const name = source?.settings.name ?? null
      const receivedAt = receivedAtOf(
        entry,
        epochMs(record.timestamp),
        headerText(record, receivedAtHeader),
        limits,
      )
      const bin = (schemaId: number | null, sourceName = name): ((failure: Failure) => void) =>
        createBin(record, at, sourceName, schemaId, receivedAt, outbox)
      const whole = (reason: DeadLetterReason, detail: string): null => {
        metrics.record(name ?? 'unknown')
        bin(null)({ index: null, stage: 'decode', reason, detail })
        return null
      }

      if (!source)
        return whole(
          'unknown_source',
          'no source of the pipeline file reads this topic, or none is called as its header says',
        )
      if (record.value === null) {
        metrics.record(source.settings.name)
        metrics.dropped(source.settings.name, 'tombstone')
        return null
      }
      if (record.value.length === 0) return whole('empty_record', 'the record has no bytes')
      if (record.value.length > limits.recordBytesMax)
        return whole(
          'record_too_large',
          `${record.value.length} bytes, at most ${limits.recordBytesMax}`,
        )
      const decoded = decoder.decode(record.value, source)
      if ('schemaNeeded' in decoded) return decoded.schemaNeeded
      if (isRejection(decoded)) return whole(decoded.reject, decoded.detail)
      const shown = rules.detected(source, decoded.value)
      if (!shown)
        return typeof decoded.value === 'string'
          ? whole('invalid_json', 'the bytes are no JSON, nor the text of a vendor')
          : whole('unknown_source', 'the record has the shape of no vendor')
      const { settings } = shown
      metrics.record(settings.name)
      let fail: ((failure: Failure) => void) | undefined
      for (const fate of rules.engine.process(
        decoded.value,
        settings,
        receivedAt,
        decoded.schemaId,
      )) {
        switch (fate.fate) {
          case 'routed': {
            const { event, partition } = fate.routed
            metrics.routed(
              event.source,
              event.type,
              event.machine !== null,
              event.fragment !== null,
            )
            outbox.event(partition, record.offset, fate.index, event)
            break
          }
          case 'dead_letter':
            fail ??= bin(decoded.schemaId, settings.name)
            fail(fate)
            break
          case 'drop':
            metrics.dropped(settings.name, fate.reason)
            break
          default:
            fate satisfies never
        }
      }
      return null
    },
  }
}
