import type { KafkaRecord, OutgoingBatch } from '../kafka/ports.ts'
import { isTraceparent, traceparentHeader } from './port.ts'

/** Spans that a batch names as its sources at most; beyond it the trace would be about its links. */
export const linksMax = 32

const text = new TextDecoder()

/** The distinct `traceparent`s of a batch's records, the first so many. */
export function traceparentsOf(records: readonly KafkaRecord[]): readonly string[] {
  const found = new Set<string>()
  for (const { headers } of records) {
    const value = headers[traceparentHeader]
    if (value === undefined) continue
    const traceparent = text.decode(value)
    if (isTraceparent(traceparent)) found.add(traceparent)
    if (found.size >= linksMax) break
  }
  return [...found]
}

/** The same records, those for `topics`, our own, with the span that sends them in a header. */
export const carrying = (
  batches: readonly OutgoingBatch[],
  topics: readonly string[],
  traceparent: string | null,
): readonly OutgoingBatch[] =>
  traceparent === null
    ? batches
    : batches.map((batch) =>
        topics.includes(batch.topic)
          ? {
              topic: batch.topic,
              records: batch.records.map((record) => ({
                ...record,
                headers: { ...record.headers, [traceparentHeader]: traceparent },
              })),
            }
          : batch,
      )
