/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import type { Schema } from 'avsc'
import { type AvroSchemaName, avroSchemaText } from '#schemas/avro/schemas.ts'
import { asError, TributaryError } from '../errors/index.ts'
import { asBuffer, avroCodec } from './avro-codec.ts'

/** Confluent's wire format: byte 0, schema id in four bytes (big endian), Avro. */
export const confluentMagic = 0
export const confluentHeaderBytes = 5

/** Codec of a topic of ours in the Confluent wire format. */
export interface ConfluentCodec<T> {
  readonly schema: AvroSchemaName
  /** `schemaId`: the id that the registry gave to this schema. */
  encode(value: T, schemaId: number): Uint8Array
  /** Reads a record that was written with this very schema. @throws TributaryError TRB_FRAME_INVALID. */
  decode(bytes: Uint8Array): T
}

export function confluentCodec<Wire, T>(
  schema: AvroSchemaName,
  map: { readonly toWire: (value: T) => Wire; readonly fromWire: (wire: Wire) => T },
): ConfluentCodec<T> {
  const codec = avroCodec<Wire>(JSON.parse(avroSchemaText(schema)) as Schema)
  return {
    schema,
    encode(value, schemaId) {
      const header = Buffer.alloc(confluentHeaderBytes)
      header[0] = confluentMagic
      header.writeUInt32BE(schemaId, 1)
      return Buffer.concat([header, codec.encode(map.toWire(value))])
    },
    decode(bytes) {
      if (bytes[0] !== confluentMagic) {
        const message = `${schema}: first byte ${bytes[0] ?? 'missing'}, Confluent's format has ${confluentMagic}`
        throw new TributaryError('TRB_FRAME_INVALID', message)
      }
      try {
        return map.fromWire(codec.decode(asBuffer(bytes), confluentHeaderBytes))
      } catch (error) {
        throw new TributaryError('TRB_FRAME_INVALID', `${schema}: ${asError(error).message}`, {
          cause: error,
        })
      }
    },
  }
}
