/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import avro, { type Schema, type Type } from 'avsc'

type Resolver = ReturnType<Type['createResolver']>

/** An Avro type for one TypeScript shape. Unions of records are wrapped: `{ 'namespace.Record': value }`. */
export interface AvroCodec<T> {
  readonly type: Type
  /** Writes at `position` and returns the end; beyond the buffer's length when it does not fit: then nothing counts. */
  encodeInto(value: T, buffer: Buffer, position: number): number
  /** `prefix`: bytes to stand in front. */
  encode(value: T, prefix?: Uint8Array): Buffer
  /** @throws Error when the bytes are not exactly one value. */
  decode(buffer: Buffer, position: number): T
  /** One value that others follow. @throws Error when the bytes end before it does. */
  decodeAt(buffer: Buffer, position: number): { readonly value: T; readonly end: number }
}

export function avroCodec<T>(schema: Schema | Type): AvroCodec<T> {
  const type = avro.Type.forSchema(schema, {
    omitRecordMethods: true,
    wrapUnions: 'auto',
  })
  return {
    type,
    encodeInto(value, buffer, position) {
      const end = type.encode(value, buffer, position)
      // avsc gives minus the missing bytes when the buffer is too short.
      return end < 0 ? buffer.length - end : end
    },
    encode: (value, prefix = nothing) => encodeBehind(prefix, value, type),
    decode: (buffer, position) => decodeWhole(buffer, position, type) as T,
    decodeAt: (buffer, position) => decodeOne(buffer, position, type) as { value: T; end: number },
  }
}

const nothing = new Uint8Array(0)
let scratch = Buffer.allocUnsafe(64 * 1024)

/** avsc's own `toBuffer` asks the system for memory for each value, which takes longer than writing it. */
function encodeBehind(prefix: Uint8Array, value: unknown, type: Type): Buffer {
  let end = type.encode(value, scratch, 0)
  if (end < 0) {
    scratch = Buffer.allocUnsafe(2 * (scratch.length - end))
    end = type.encode(value, scratch, 0)
  }
  const bytes = Buffer.allocUnsafe(prefix.length + end)
  bytes.set(prefix, 0)
  scratch.copy(bytes, prefix.length, 0, end)
  return bytes
}

/** Reads into the shape of `codec` what was written with another schema, whose missing fields have defaults. */
export function avroReader<T>(
  codec: AvroCodec<T>,
  written: Schema,
): (buffer: Buffer, position: number) => T {
  const { type } = avroCodec<unknown>(written)
  const resolver = codec.type.createResolver(type)
  return (buffer, position) => decodeWhole(buffer, position, codec.type, resolver) as T
}

function decodeOne(
  buffer: Buffer,
  position: number,
  type: Type,
  resolver?: Resolver,
): { readonly value: unknown; readonly end: number } {
  const decoded: { value: unknown; offset: number } = type.decode(buffer, position, resolver)
  const { value, offset: end } = decoded
  if (value === undefined || end < 0) throw new Error('the bytes end too early')
  return { value, end }
}

function decodeWhole(buffer: Buffer, position: number, type: Type, resolver?: Resolver): unknown {
  const { value, end } = decodeOne(buffer, position, type, resolver)
  if (end !== buffer.length) throw new Error(`${buffer.length - end} bytes are left over`)
  return value
}

export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
