import { requestLimits, sizeOf } from '../kafka/group-commit.ts'
import type { OutgoingRecord } from '../kafka/ports.ts'
import { type DeadLetterRecord, deadLetterCodec } from './public-records.ts'

/** How a letter ends that would have been too large with its bytes. */
export const bareLetterNote = '; its bytes are too many to send and are only where they came from'

/**
 * A dead letter as a record, keyed by the record that it stands for. What goes into it is bounded before; this is the second line: one above
 * what a producer takes goes without its bytes and headers, so that no letter is ever refused for its size, which would end the process.
 */
export function encodeDeadLetter(letter: DeadLetterRecord, schemaId: number): OutgoingRecord {
  const key = Buffer.from(`${letter.topic}/${letter.partition}/${letter.offset}`)
  const whole = { key, value: deadLetterCodec.encode(letter, schemaId) }
  if (sizeOf(whole) <= requestLimits.recordBytesMax) return whole
  const bare = { ...letter, payload: '', headers: {}, detail: letter.detail + bareLetterNote }
  return { key, value: deadLetterCodec.encode(bare, schemaId) }
}
