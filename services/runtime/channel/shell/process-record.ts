import type { RoutedEvent } from '../../event/event.ts'
import type { KafkaRecord, TopicPartition } from '../../kafka/ports.ts'
import { jsonBytes } from '../../log/json-bytes.ts'
import type { Fate } from '../core/engine.ts'
import type { Entry } from '../core/entry.ts'
import type { ChannelLimits } from '../core/limits.ts'
import type { DeadLetterReason, DeadLetterStage } from '../core/reasons.ts'
import { namesAPerson } from '../core/names-a-person.ts'
import { histories, readReplay, type Replay, replayHeaders } from '../core/replay.ts'
import { createContents, type DeadLetterEncoder } from './dead-letters.ts'
import type { RecordDecoder } from './decoder.ts'
import type { ChannelMetrics } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import { headerText, readRecord, type RecordReading } from './read-record.ts'
import type { ChannelRules } from './rules.ts'

export interface ProcessDeps {
  readonly decoder: RecordDecoder
  readonly deadLetters: DeadLetterEncoder
  readonly limits: ChannelLimits
  readonly metrics: ChannelMetrics
}

/** A detail may name a field of the record, and a name may be anything. */
const detailLengthMax = 1000
const tameDetail = (detail: string): string =>
  namesAPerson(detail) ? 'left out here: it would name a person' : detail.slice(0, detailLengthMax)

interface Failure {
  readonly index: number | null
  readonly stage: DeadLetterStage
  readonly reason: DeadLetterReason
  readonly detail: string
}

export interface RecordProcessor {
  /** Puts all that one record becomes into the outbox. A number: the id of a schema that has to be looked up first. */
  process(
    record: KafkaRecord,
    at: TopicPartition,
    entry: Entry,
    rules: ChannelRules,
    outbox: Pick<Outbox, 'event' | 'deadLetter'>,
  ): number | null
}

export function createRecordProcessor(deps: ProcessDeps): RecordProcessor {
  const { deadLetters, metrics } = deps

  const createBin = (
    record: KafkaRecord,
    at: TopicPartition,
    { source, schemaId, receivedAt }: RecordReading,
    replay: Replay | null,
    outbox: Pick<Outbox, 'deadLetter'>,
  ): ((failure: Failure) => void) => {
    const contents = createContents(record.value, headersOf(record, replay))
    const history = histories(replay?.history ?? [])
    const place = replay?.place ?? { ...at, offset: record.offset }
    return ({ index, stage, reason, detail }) => {
      const { payload, headers, note } = contents()
      metrics.deadLetter(source ?? 'unknown', stage, reason)
      outbox.deadLetter(
        deadLetters.encode({
          topic: place.topic,
          partition: place.partition,
          offset: place.offset,
          index,
          stage,
          reason,
          detail: tameDetail(detail) + note,
          source,
          schemaId,
          receivedAt: replay?.receivedAt ?? receivedAt,
          payload,
          headers,
          attempt: replay?.attempt ?? 1,
          history: history(index),
        }),
      )
    }
  }

  return {
    process(record, at, entry, rules, outbox) {
      const read = readRecord(record, at, entry, rules, deps)
      if (typeof read === 'number') return read
      const source = read.source ?? 'unknown'
      metrics.record(source)
      const replay = entry === 'replay' ? readReplay((name) => headerText(record, name)) : null
      const fates = replay === null ? read.fates : fatesOfReplay(read.fates, replay)
      const isLarge = (record.value?.length ?? 0) * escapedMax > deps.limits.eventBytesMax
      let fail: ((failure: Failure) => void) | undefined
      for (const fate of fates) {
        switch (fate.fate) {
          case 'routed': {
            const { event, partition } = fate.routed
            if (isLarge && eventBytes(event) > deps.limits.eventBytesMax) {
              fail ??= createBin(record, at, read, replay, outbox)
              fail(tooLarge(fate.index, deps.limits))
              break
            }
            metrics.routed(event.source, event.type, event.machine, event.fragment !== null)
            outbox.event(partition, record.offset, fate.index, event)
            break
          }
          case 'dead_letter':
            fail ??= createBin(record, at, read, replay, outbox)
            fail(fate)
            break
          case 'drop':
            metrics.dropped(source, fate.reason)
            break
          default:
            fate satisfies never
        }
      }
      return null
    },
  }
}

/** Bytes that JSON makes of one byte of a record at most, a control character written as `\u....`. */
const escapedMax = 6

/** What sources decide the size of. */
const eventBytes = ({ consent, properties, traits }: RoutedEvent): number =>
  jsonBytes(consent) + jsonBytes(properties) + jsonBytes(traits)

const tooLarge = (index: number, { eventBytesMax }: ChannelLimits): Failure => ({
  index,
  stage: 'validate',
  reason: 'event_too_large',
  detail: `its texts take more than ${eventBytesMax} bytes as JSON`,
})

/** Without what the replay added: a dead letter of a replay stands for the record that it was made of. */
function headersOf({ headers }: KafkaRecord, replay: Replay | null): KafkaRecord['headers'] {
  return replay === null
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => !replayHeaders.has(name)))
}

/**
 * Only the events that the replay was sent for: the others went through, and their homes may have forgotten their ids. What befalls the
 * record as a whole befalls each of them, and none of them vanishes, also where the record is read as holding no event any more.
 */
function fatesOfReplay(fates: readonly Fate[], { indexes }: Replay): readonly Fate[] {
  if (indexes === null) return fates
  const missing = new Set(indexes)
  const taken = fates.flatMap((fate): readonly Fate[] => {
    if (fate.fate === 'drop' && fate.reason === 'no_events') return []
    if (fate.index === null) {
      missing.clear()
      return indexes.map((index): Fate => ({ ...fate, index }))
    }
    return missing.delete(fate.index) ? [fate] : []
  })
  return taken.concat(
    [...missing].map((index) => ({
      fate: 'dead_letter',
      index,
      stage: 'normalise',
      reason: 'unexpected_shape',
      detail: 'the record has no event of this index any more',
    })),
  )
}
