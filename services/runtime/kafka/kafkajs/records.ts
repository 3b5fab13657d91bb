import { epochMs, offset } from '../../event/ids.ts'
import type { KafkaRecord } from '../ports.ts'
import type { RawMessage } from './fetched-batches.ts'

const noHeaders: KafkaRecord['headers'] = Object.freeze({})

function headersOf(raw: RawMessage['headers']): KafkaRecord['headers'] {
  if (raw === undefined) return noHeaders
  const headers: Record<string, Uint8Array> = {}
  let any = false
  for (const [name, value] of Object.entries(raw)) {
    const last = Array.isArray(value) ? value.at(-1) : value
    if (last === undefined) continue
    headers[name] = typeof last === 'string' ? Buffer.from(last) : last
    any = true
  }
  return any ? headers : noHeaders
}

/** The last time that a Date holds; the first one is its negative. A producer may have written any 64 bits. */
const dateMaxMs = 8.64e15

/** A kafkajs message as a record; of a repeated header the last value counts. */
export const toRecord = (raw: RawMessage): KafkaRecord => ({
  offset: offset(Number(raw.offset)),
  timestamp: epochMs(Math.min(Math.max(Number(raw.timestamp), -dateMaxMs), dateMaxMs)),
  key: raw.key,
  value: raw.value,
  headers: headersOf(raw.headers),
})
