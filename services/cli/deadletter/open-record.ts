import { gunzipSync } from 'node:zlib'
import { payloadEncodingHeader } from '#runtime/log/dead-letter-payload.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { Sealer } from '#runtime/keys/index.ts'
import type { SealedRecord } from './read-letters.ts'

/** A raw record as it came. */
export interface OpenedRecord {
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, Uint8Array>>
}

/** A record of Kafka is far smaller: what unpacks to more was never one. */
const unpackedBytesMax = 64 * 1024 * 1024

/** null: sealed under another installation key, or damaged. */
export const openRecord = (
  { payload, headers }: Pick<SealedRecord, 'payload' | 'headers'>,
  sealer: Pick<Sealer, 'open'>,
): OpenedRecord | null =>
  unlessClosed(() => {
    const opened = openAll(headers, sealer)
    const encoding = opened[payloadEncodingHeader]
    const bytes = sealer.open(payload)
    return {
      value:
        encoding !== undefined && Buffer.from(encoding).toString() === 'gzip'
          ? gunzipSync(bytes, { maxOutputLength: unpackedBytesMax })
          : bytes,
      headers: withoutEncoding(opened),
    }
  })

/** Of a record whose bytes were too many to keep. null: as of `openRecord`. */
export const openHeaders = (
  headers: SealedRecord['headers'],
  sealer: Pick<Sealer, 'open'>,
): OpenedRecord['headers'] | null => unlessClosed(() => withoutEncoding(openAll(headers, sealer)))

const openAll = (
  headers: SealedRecord['headers'],
  sealer: Pick<Sealer, 'open'>,
): OpenedRecord['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, sealer.open(value)]))

const withoutEncoding = (headers: OpenedRecord['headers']): OpenedRecord['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== payloadEncodingHeader))

function unlessClosed<T>(open: () => T): T | null {
  try {
    return open()
  } catch (error) {
    if (isTributaryError(error, 'TRB_SEAL_BROKEN') || isZlibError(error)) return null
    throw error
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code))
