import type { RoutedEvent } from '../../event/event.ts'
import type { OutgoingBatch, OutgoingRecord } from '../../kafka/ports.ts'
import { packFrames } from '../../log/frame.ts'
import type { Message, Origin } from '../../log/messages.ts'

/** What a slice of a batch sends: a list of messages per partition of `profile.log`, and dead letters. */
export interface Outbox {
  event(partition: number, offset: number, index: number, event: RoutedEvent): void
  deadLetter(record: OutgoingRecord): void
  /** Events and dead letters put in so far, those taken included. */
  readonly count: number
  /** Everything so far as records of Kafka, in the order of the origin; the outbox is empty again. */
  take(): readonly OutgoingBatch[]
}

export function createOutbox(
  origin: Origin,
  topics: { readonly profileLog: string; readonly deadLetter: string },
): Outbox {
  let targets = new Map<number, Message[]>()
  let letters: OutgoingRecord[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    event(partition, offset, index, event) {
      let messages = targets.get(partition)
      if (!messages) {
        messages = []
        targets.set(partition, messages)
      }
      count += 1
      messages.push({ position: [offset, index, 0], body: { kind: 'event', event } })
    },
    deadLetter(record) {
      count += 1
      letters.push(record)
    },
    take() {
      const records: OutgoingRecord[] = []
      for (const [partition, messages] of targets)
        for (const value of packFrames({ origin, logTime: null, messages }))
          records.push({ key: null, value, partition })
      const batches: OutgoingBatch[] = []
      if (records.length > 0) batches.push({ topic: topics.profileLog, records })
      if (letters.length > 0) batches.push({ topic: topics.deadLetter, records: letters })
      targets = new Map()
      letters = []
      return batches
    },
  }
}
