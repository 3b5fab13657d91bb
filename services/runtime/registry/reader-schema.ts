/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import avro, { type Schema, type Type } from 'avsc'
import type { JsonValue } from '../event/event.ts'
import type { RegisteredSchema } from './client.ts'
import { nameInSchema } from './avsc-names.ts'
import { guardCollections } from './guard-collections.ts'
import { exactLong, fastLong } from './longs.ts'
import { plainLogicalTypes } from './logical-types.ts'
import { compilePlainReader } from './plain-reader.ts'
import { compileToPlain } from './plain-value.ts'
import { writerSchema } from './writer-schema.ts'

export type ReadResult =
  | { readonly ok: true; readonly value: JsonValue }
  | {
      readonly ok: false
      readonly reason: 'truncated_record' | 'trailing_bytes' | 'invalid_record'
      readonly detail: string
    }

/** A schema ready to read bytes. */
export interface SchemaReader {
  /** Full name of the record; of other types the name of the type. */
  readonly name: string
  read(bytes: Buffer, position: number): ReadResult
}

function compileType(schema: RegisteredSchema, long: Type): Type {
  const options = {
    registry: { long },
    // Branches are named, never guessed; compileToPlain unwraps them.
    wrapUnions: 'always' as const,
    logicalTypes: plainLogicalTypes as never,
    omitRecordMethods: true,
  }
  const typeOf = (text: string): Type =>
    avro.Type.forSchema(writerSchema(JSON.parse(text)) as Schema, options)
  for (const text of schema.references) typeOf(text)
  return typeOf(schema.text)
}

guardCollections()

const readWith = (
  type: Type,
  plain: (value: unknown) => JsonValue,
  bytes: Buffer,
  at: number,
): ReadResult => {
  const decoded: { value: unknown; offset: number } = type.decode(bytes, at)
  const { value, offset } = decoded
  if (offset < 0) {
    return {
      ok: false,
      reason: 'truncated_record',
      detail: `the value needs more than the ${bytes.length - at} bytes that there are`,
    }
  }
  if (offset !== bytes.length) {
    return {
      ok: false,
      reason: 'trailing_bytes',
      detail: `${bytes.length - offset} bytes follow the value`,
    }
  }
  return { ok: true, value: plain(value) }
}

/** @throws Error when the text is no Avro schema that avsc can read. */
export function compileReader(schema: RegisteredSchema): SchemaReader {
  const fast = compileType(schema, fastLong)
  const fastPlain = compileToPlain(fast)
  const readPlain = compilePlainReader(fast)
  const name = nameInSchema(fast.name ?? fast.typeName)
  let exact: { readonly type: Type; readonly plain: (value: unknown) => JsonValue } | undefined

  return {
    name,
    read(bytes, at) {
      const value = readPlain?.(bytes, at)
      if (value !== undefined) return { ok: true, value }
      try {
        return readWith(fast, fastPlain, bytes, at)
      } catch {
        // Most likely a long that the fast type refuses.
      }
      try {
        if (exact === undefined) {
          const type = compileType(schema, exactLong)
          exact = { type, plain: compileToPlain(type) }
        }
        return readWith(exact.type, exact.plain, bytes, at)
      } catch {
        // avsc's message may quote the record, which may hold personal data.
        return {
          ok: false,
          reason: 'invalid_record',
          detail: `the bytes are no ${name}`,
        }
      }
    },
  }
}
