/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import type { Schema } from 'avsc'
import { type AvroSchemaName, avroSchemaText } from '#schemas/avro/schemas.ts'
import { asError, TributaryError } from '../errors/index.ts'
import { asBuffer, avroCodec } from './avro-codec.ts'

/** Codec of an internal topic: one byte of format version, then plain Avro. */
export interface VersionedCodec<T> {
  encode(value: T): Uint8Array
  /** @throws TributaryError TRB_FRAME_INVALID. */
  decode(bytes: Uint8Array): T
}

export function versionedCodec<Wire, T>(
  name: AvroSchemaName,
  format: number,
  map: { readonly toWire: (value: T) => Wire; readonly fromWire: (wire: Wire) => T },
): VersionedCodec<T> {
  const codec = avroCodec<Wire>(JSON.parse(avroSchemaText(name)) as Schema)
  const prefix = Buffer.from([format])
  return {
    encode: (value) => codec.encode(map.toWire(value), prefix),
    decode(bytes) {
      if (bytes[0] !== format) {
        const message = `${name}: format ${bytes[0] ?? 'none'}, this version reads format ${format}`
        throw new TributaryError('TRB_FRAME_INVALID', message)
      }
      try {
        return map.fromWire(codec.decode(asBuffer(bytes), 1))
      } catch (error) {
        throw new TributaryError('TRB_FRAME_INVALID', `${name}: ${asError(error).message}`, {
          cause: error,
        })
      }
    },
  }
}
