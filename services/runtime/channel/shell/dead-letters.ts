import { gzipSync } from 'node:zlib'
import type { EpochMs, Offset } from '../../event/ids.ts'
import type { KafkaRecord, OutgoingRecord } from '../../kafka/ports.ts'
import type { DeadLetterReason, DeadLetterStage } from '../core/reasons.ts'

/** A record, or one event of it, that could not be used, with all that a replay needs. */
export interface DeadLetterDraft {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  readonly index: number | null
  readonly stage: DeadLetterStage
  readonly reason: DeadLetterReason
  readonly detail: string
  readonly source: string | null
  readonly schemaId: number | null
  readonly receivedAt: EpochMs
  /** The raw bytes; empty when another dead letter of the same record has them. */
  readonly payload: Uint8Array
  readonly headers: Readonly<Record<string, Uint8Array>>
}

/** Seals and encodes; writes to `deadletter`. */
export interface DeadLetterEncoder {
  encode(letter: DeadLetterDraft): OutgoingRecord
}

/** In `headers`: how the payload was packed before it was sealed. */
export const payloadEncodingHeader = 'tributary-payload-encoding'

const compressAboveBytes = 64 * 1024
/** Sealed and in base64 a third larger, which must stay below what a broker takes. */
const payloadBytesMax = 600 * 1024
/** All dead letters of one record together: a record of thousands of bad events may not multiply itself. */
const payloadBytesPerRecordMax = 256 * 1024

const nothing = new Uint8Array(0)

export interface PackedPayload {
  readonly payload: Uint8Array
  readonly encoding: 'gzip' | null
  readonly note: string
}

/** A payload that fits a record of Kafka: compressed when it is large; left out, and said so, when even that does not do. */
export function packPayload(bytes: Uint8Array | null): PackedPayload {
  if (bytes === null) return { payload: nothing, encoding: null, note: '' }
  if (bytes.length <= compressAboveBytes) return { payload: bytes, encoding: null, note: '' }
  const packed = gzipSync(bytes)
  if (packed.length <= payloadBytesMax) return { payload: packed, encoding: 'gzip', note: '' }
  return {
    payload: nothing,
    encoding: null,
    note: `; its ${bytes.length} bytes are too many to keep and are only where they came from`,
  }
}

/** The bytes that go with each dead letter of one record: the first ones carry them, the rest name the same record. */
export function createPayloads(record: KafkaRecord): () => PackedPayload {
  let packed: PackedPayload | undefined
  let spent = 0
  return () => {
    packed ??= packPayload(record.value)
    if (spent > 0 && spent + packed.payload.length > payloadBytesPerRecordMax)
      return {
        payload: nothing,
        encoding: null,
        note: '; its bytes are with the first of this record',
      }
    spent += packed.payload.length
    return packed
  }
}
