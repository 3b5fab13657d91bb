import type { EpochMs, Offset } from '../../event/ids.ts'
import type { OutgoingRecord } from '../../kafka/ports.ts'
import { packPayload, payloadEncodingHeader } from '../../log/dead-letter-payload.ts'
import type { DeadLetterAttempt } from '../../log/public-records.ts'
import { namesAPerson } from '../core/names-a-person.ts'
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
  /** null: nobody can tell; the letter is known by when it failed, so that it is kept as long as others. */
  readonly receivedAt: EpochMs | null
  /** The raw bytes; empty when another dead letter of the same record has them. */
  readonly payload: Uint8Array
  readonly headers: Headers
  /** 1: the record itself; higher: a replay of it, which stands for the record it was made of. */
  readonly attempt: number
  readonly history: readonly DeadLetterAttempt[]
}

type Headers = Readonly<Record<string, Uint8Array>>

/** Seals and encodes; writes to `deadletter`. */
export interface DeadLetterEncoder {
  encode(letter: DeadLetterDraft): OutgoingRecord
}

/** All dead letters of one record together: a record of thousands of bad events may not multiply itself. */
export const bytesPerRecordMax = 256 * 1024

/** Headers of one dead letter, as they are once sealed: they must fit beside the largest payload. */
export const headerBytesMax = 128 * 1024

const nothing = new Uint8Array(0)
const none: Headers = {}

/** What goes with a dead letter for its replay. */
export interface Contents {
  readonly payload: Uint8Array
  readonly headers: Headers
  /** What is missing, to be added to the detail. */
  readonly note: string
}

/** What a header takes once it is sealed: its name as UTF-8, its value a third larger. */
const sealedBytes = (name: string, value: Uint8Array): number =>
  Buffer.byteLength(name) + Math.ceil(value.length / 3) * 4 + 64

const bytesOf = (headers: Headers): number =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + sealedBytes(name, value), 0)

/** As many headers as there is room for, the smallest first: those that say something to us are small. */
function packHeaders(headers: Headers): { readonly headers: Headers; readonly note: string } {
  if (bytesOf(headers) <= headerBytesMax) return { headers, note: '' }
  const kept: Record<string, Uint8Array> = {}
  let left = headerBytesMax
  let missing = 0
  const smallestFirst = Object.entries(headers).toSorted(
    ([a, ofA], [b, ofB]) => sealedBytes(a, ofA) - sealedBytes(b, ofB),
  )
  for (const [name, value] of smallestFirst) {
    left -= sealedBytes(name, value)
    if (left >= 0) kept[name] = value
    else missing += 1
  }
  return { headers: kept, note: `; ${missing} of its headers are too large to keep` }
}

/** Values are sealed, names are not: a header that is called by somebody's address stays behind. */
function impersonalHeaders(headers: Headers): { readonly headers: Headers; readonly note: string } {
  const kept = Object.entries(headers).filter(([name]) => !namesAPerson(name))
  const missing = Object.keys(headers).length - kept.length
  return missing === 0
    ? { headers, note: '' }
    : {
        headers: Object.fromEntries(kept),
        note: `; ${missing} of its headers would name a person by their names`,
      }
}

function pack(value: Uint8Array | null, headers: Headers): Contents {
  const body = packPayload(value ?? nothing)
  const named = impersonalHeaders(headers)
  const head = packHeaders(named.headers)
  return {
    payload: body.payload,
    headers: body.gzip
      ? { ...head.headers, [payloadEncodingHeader]: Buffer.from('gzip') }
      : head.headers,
    note: body.note + named.note + head.note,
  }
}

/**
 * What goes with each dead letter of one record, as given to one after the other: the first ones carry bytes and headers, the rest name
 * the same record.
 */
export function createContents(value: Uint8Array | null, headers: Headers): () => Contents {
  let packed: Contents | undefined
  let spent = 0
  return () => {
    packed ??= pack(value, headers)
    const bytes = packed.payload.length + bytesOf(packed.headers)
    if (spent > 0 && spent + bytes > bytesPerRecordMax)
      return {
        payload: nothing,
        headers: none,
        note: '; its bytes are with the first of this record',
      }
    spent += bytes
    return packed
  }
}
