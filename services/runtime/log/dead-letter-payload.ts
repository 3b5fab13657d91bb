import { gzipSync } from 'node:zlib'

/** In `headers`: how the payload was packed before it was sealed. */
export const payloadEncodingHeader = 'tributary-payload-encoding'

export const compressAboveBytes = 64 * 1024
/** Sealed and in base64 a third larger, which must stay below what a broker takes. */
export const payloadBytesMax = 600 * 1024

const nothing = new Uint8Array(0)

/** Bytes as a dead letter keeps them. */
export interface PackedPayload {
  readonly payload: Uint8Array
  readonly gzip: boolean
  /** What is missing, to be added to the detail. */
  readonly note: string
}

/** A payload that fits a record of Kafka: compressed when it is large; left out, and said so, when even that does not do. */
export function packPayload(bytes: Uint8Array): PackedPayload {
  if (bytes.length <= compressAboveBytes) return { payload: bytes, gzip: false, note: '' }
  const packed = gzipSync(bytes)
  if (packed.length <= payloadBytesMax) return { payload: packed, gzip: true, note: '' }
  return {
    payload: nothing,
    gzip: false,
    note: `; its ${bytes.length} bytes are too many to keep and are only where they came from`,
  }
}
