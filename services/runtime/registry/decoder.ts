import { LRUCache } from 'lru-cache'
import { asError, TributaryError } from '../errors/index.ts'
import type { JsonValue } from '../event/event.ts'
import { asBuffer } from '../log/avro-codec.ts'
import { confluentHeaderBytes, confluentMagic } from '../log/confluent-codec.ts'
import { namesInText } from './avsc-names.ts'
import type { RegisteredSchema, RegistryClient } from './client.ts'
import { createDenials } from './denials.ts'
import { compileReader, type SchemaReader } from './reader-schema.ts'
import type { SchemaStore } from './schema-store.ts'

export const decodeReasons = [
  'not_confluent_format',
  'unknown_schema_id',
  'unsupported_schema',
  'truncated_record',
  'trailing_bytes',
  'invalid_record',
] as const
export type DecodeReason = (typeof decodeReasons)[number]

export type DecodeOutcome =
  | {
      readonly ok: true
      readonly schemaId: number
      /** Full name of the record's schema. */
      readonly schemaName: string
      /** Plain JSON: unions are their value, times ISO 8601, decimals text, bytes base64, longs above 2^53 text. */
      readonly value: JsonValue
    }
  | {
      readonly ok: false
      readonly reason: DecodeReason
      readonly detail: string
      readonly schemaId: number | null
    }

/** Reads records in the Confluent wire format, whatever their subject or version. */
export interface RegistryDecoder {
  /**
   * At once for a known schema id; otherwise the registry is asked first, and once a minute where records of a known id can't be read.
   * Rejects with TRB_REGISTRY_UNAVAILABLE (retriable): the partition waits. Also when the registry denies an id that it may not have read yet.
   */
  decode(bytes: Uint8Array): DecodeOutcome | Promise<DecodeOutcome>
}

export interface DecoderDeps {
  readonly client: Pick<RegistryClient, 'schemaById'>
  readonly store: SchemaStore
  readonly now: () => number
  /** How long the registry must go on denying an id before that is believed. Default: not at all. */
  readonly confirmDenialsMs?: number
}

/** How long the registry's "no such id" is believed: a schema may be registered later. */
const denialMs = 30_000

/** How long what an id means is taken for granted where records of it can't be read: a registry that was made anew gives ids out again. */
const meaningMs = 60_000
/** Between two such questions, whatever the ids: garbage must not hold up its partition at each record. */
const betweenChecksMs = 1000

/** Schemas that are kept, in memory and in the file: all of a large registry. Beyond it, those not needed for longest are asked for again. */
export const schemasMax = 2000
/** Ids that the registry denied: of a producer of garbage, each record may name another. Beyond it, the registry is asked again. */
export const denialsMax = 10_000

/** A schema that nothing can be read by. */
interface Unsupported {
  readonly why: string
}

type Known = SchemaReader | Unsupported

const isSame = (one: RegisteredSchema, other: RegisteredSchema | undefined): boolean =>
  one.type === other?.type &&
  one.text === other.text &&
  one.references.join('\n') === other.references.join('\n')

const isUnsupported = (known: Known): known is Unsupported => 'why' in known

/** Of what avsc says of a schema, which may quote all of it. */
const whyLengthMax = 200

function compiled(schema: RegisteredSchema): Known {
  if (schema.type !== 'AVRO')
    return { why: `it is of the type ${schema.type}, and Avro alone is read` }
  try {
    return compileReader(schema)
  } catch (error) {
    return {
      why: `it is no Avro schema that can be read: ${namesInText(asError(error).message).slice(0, whyLengthMax)}`,
    }
  }
}

export function createRegistryDecoder(deps: DecoderDeps): RegistryDecoder {
  const { client, store, now } = deps
  const denials = createDenials(now, deps.confirmDenialsMs ?? 0)
  const stored = new LRUCache<number, RegisteredSchema>({ max: schemasMax })
  for (const [id, schema] of store.load()) stored.set(id, schema)
  const known = new LRUCache<number, Known>({ max: schemasMax })
  const asked = new Map<number, Promise<Known | undefined>>()
  /** Most records have the schema of the one before them. */
  let lastId = -1
  let lastReader: Known | undefined
  const deniedUntil = new LRUCache<number, number>({ max: denialsMax })

  /** When the registry was asked last what an id means. */
  const checkedAt = new LRUCache<number, number>({ max: schemasMax })
  let nextCheckAt = Number.NEGATIVE_INFINITY
  /** Whoever reads a record of the id meanwhile waits for the answer, also one that did not wait for it to the end. */
  const checking = new Map<number, Promise<Known | undefined>>()

  const learn = (id: number, schema: RegisteredSchema): Known => {
    const reader = compiled(schema)
    known.set(id, reader)
    if (id === lastId) lastReader = reader
    return reader
  }

  const keep = (id: number, schema: RegisteredSchema): Known => {
    stored.set(id, schema)
    store.save(new Map(stored.entries()))
    return learn(id, schema)
  }

  const ask = async (id: number): Promise<Known | undefined> => {
    const schema = await client.schemaById(id).catch((error: unknown) => {
      denials.silence()
      throw error
    })
    if (schema === undefined) {
      if (!denials.heard(id))
        throw new TributaryError(
          'TRB_REGISTRY_UNAVAILABLE',
          `the registry denies schema ${id}, which it may not have read yet: it is asked again`,
          { context: { why: 'it denies the id, which it may not have read yet' } },
        )
      deniedUntil.set(id, now() + denialMs)
      return undefined
    }
    checkedAt.set(id, now())
    return keep(id, schema)
  }

  /** Many records with one new id ask once. */
  const askOnce = async (id: number): Promise<Known | undefined> => {
    const running = asked.get(id)
    if (running !== undefined) return running
    const asking = ask(id).finally(() => asked.delete(id))
    asked.set(id, asking)
    return asking
  }

  const readWith = (reader: Known | undefined, id: number, bytes: Buffer): DecodeOutcome => {
    if (reader === undefined) {
      return {
        ok: false,
        reason: 'unknown_schema_id',
        detail: `the registry knows no schema ${id}`,
        schemaId: id,
      }
    }
    if (isUnsupported(reader)) {
      return {
        ok: false,
        reason: 'unsupported_schema',
        detail: `schema ${id}: ${reader.why}`,
        schemaId: id,
      }
    }
    const result = reader.read(bytes, confluentHeaderBytes)
    return result.ok
      ? { ok: true, schemaId: id, schemaName: reader.name, value: result.value }
      : { ...result, schemaId: id }
  }

  /** What the registry says now, when the id means another schema there; a registry that is away keeps no record waiting. */
  const check = async (id: number): Promise<Known | undefined> => {
    checkedAt.set(id, now())
    nextCheckAt = now() + betweenChecksMs
    const schema = await client.schemaById(id).catch(() => {
      nextCheckAt = now() + meaningMs
      return undefined
    })
    return schema === undefined || isSame(schema, stored.get(id)) ? undefined : keep(id, schema)
  }

  /** undefined: the registry need not be asked. */
  const checkOnce = (id: number): Promise<Known | undefined> | undefined => {
    const running = checking.get(id)
    if (running !== undefined || now() < nextCheckAt) return running
    if (now() - (checkedAt.get(id) ?? Number.NEGATIVE_INFINITY) < meaningMs) return undefined
    const started = check(id).finally(() => checking.delete(id))
    checking.set(id, started)
    return started
  }

  const readByKnown = (
    reader: Known,
    id: number,
    bytes: Buffer,
  ): DecodeOutcome | Promise<DecodeOutcome> => {
    const outcome = readWith(reader, id, bytes)
    if (outcome.ok) return outcome
    return (
      checkOnce(id)?.then((other) =>
        other === undefined ? outcome : readWith(other, id, bytes),
      ) ?? outcome
    )
  }

  return {
    decode(input) {
      const bytes = asBuffer(input)
      if (bytes.length < confluentHeaderBytes || bytes[0] !== confluentMagic) {
        const detail =
          bytes.length < confluentHeaderBytes
            ? `${bytes.length} bytes, the header alone has ${confluentHeaderBytes}`
            : `the first byte is ${bytes[0]}, the format has ${confluentMagic}`
        return { ok: false, reason: 'not_confluent_format', detail, schemaId: null }
      }
      const id = bytes.readUInt32BE(1)
      const reader = id === lastId ? lastReader : known.get(id)
      if (reader !== undefined) {
        lastId = id
        lastReader = reader
        return readByKnown(reader, id, bytes)
      }
      const remembered = stored.get(id)
      if (remembered !== undefined) return readByKnown(learn(id, remembered), id, bytes)
      if ((deniedUntil.get(id) ?? 0) > now()) return readWith(undefined, id, bytes)
      return askOnce(id).then((found) => readWith(found, id, bytes))
    },
  }
}
