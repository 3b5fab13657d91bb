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
export function openRecord(
  { payload, headers }: Pick<SealedRecord, 'payload' | 'headers'>,
  sealer: Pick<Sealer, 'open'>,
): OpenedRecord | null {
  try {
    const opened = Object.entries(headers).map(([name, value]): [string, Uint8Array] => [
      name,
      sealer.open(value),
    ])
    const encoding = opened.find(([name]) => name === payloadEncodingHeader)?.[1]
    const bytes = sealer.open(payload)
    return {
      value:
        encoding !== undefined && Buffer.from(encoding).toString() === 'gzip'
          ? gunzipSync(bytes, { maxOutputLength: unpackedBytesMax })
          : bytes,
      headers: Object.fromEntries(opened.filter(([name]) => name !== payloadEncodingHeader)),
    }
  } catch (error) {
    if (isTributaryError(error, 'TRB_SEAL_BROKEN') || isZlibError(error)) return null
    throw error
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code))
