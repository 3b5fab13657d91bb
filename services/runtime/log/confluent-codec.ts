/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import type { Schema } from 'avsc'
import { type AvroSchemaName, avroSchemaText } from '#schemas/avro/schemas.ts'
import { asError, TributaryError } from '../errors/index.ts'
import { asBuffer, type AvroCodec, avroCodec, avroReader } from './avro-codec.ts'

/** Confluent's wire format: byte 0, schema id in four bytes (big endian), Avro. */
export const confluentMagic = 0
export const confluentHeaderBytes = 5

/** Codec of a topic of ours in the Confluent wire format. */
export interface ConfluentCodec<T> {
  readonly schema: AvroSchemaName
  /** `schemaId`: the id that the registry gave to this schema. */
  encode(value: T, schemaId: number): Uint8Array
  /** Reads a record that was written with this schema, or with an earlier one of ours. @throws TributaryError TRB_FRAME_INVALID. */
  decode(bytes: Uint8Array): T
}

export function confluentCodec<Wire, T>(
  schema: AvroSchemaName,
  map: {
    readonly toWire: (value: T) => Wire
    readonly fromWire: (wire: Wire) => T
    /** Fields at the schema's end that came with each later version, the latest last: a topic holds records of before for a while. */
    readonly addedLater?: readonly (readonly string[])[]
  },
): ConfluentCodec<T> {
  const text = avroSchemaText(schema)
  const codec = avroCodec<Wire>(JSON.parse(text) as Schema)
  const decode = withEarlier(codec, text, map.addedLater ?? [])
  const header = Buffer.alloc(confluentHeaderBytes)
  return {
    schema,
    encode(value, schemaId) {
      header[0] = confluentMagic
      header.writeUInt32BE(schemaId, 1)
      return codec.encode(map.toWire(value), header)
    },
    decode(bytes) {
      if (bytes[0] !== confluentMagic) {
        const message = `${schema}: first byte ${bytes[0] ?? 'missing'}, Confluent's format has ${confluentMagic}`
        throw new TributaryError('TRB_FRAME_INVALID', message)
      }
      try {
        return map.fromWire(decode(asBuffer(bytes), confluentHeaderBytes))
      } catch (error) {
        throw new TributaryError('TRB_FRAME_INVALID', `${schema}: ${asError(error).message}`, {
          cause: error,
        })
      }
    },
  }
}

/**
 * Reads what the newest schema wrote, else what the one before did, and so on. No record passes for another version's: fields are only
 * added at the end, so that it would have bytes left over, or too few.
 */
function withEarlier<Wire>(
  codec: AvroCodec<Wire>,
  text: string,
  addedLater: readonly (readonly string[])[],
): (buffer: Buffer, position: number) => Wire {
  const earlier = addedLater.map((_, version) => {
    const later = new Set(addedLater.slice(version).flat())
    const { fields, ...rest } = JSON.parse(text) as Record<'fields', { name: string }[]>
    return avroReader<Wire>(codec, {
      ...rest,
      fields: fields.filter(({ name }) => !later.has(name)),
    } as unknown as Schema)
  })
  return (buffer, position) => {
    try {
      return codec.decode(buffer, position)
    } catch (error) {
      for (const read of earlier.toReversed()) {
        try {
          return read(buffer, position)
        } catch {
          // The error that counts is the newest schema's.
        }
      }
      throw error
    }
  }
}
