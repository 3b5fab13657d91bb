import type { Rejection } from '../core/outcome.ts'
import type { ConfiguredSource } from '../core/settings.ts'

/** A decoded record; `schemaId` of Avro in Confluent's wire format. */
export interface DecodedRecord {
  readonly value: unknown
  readonly schemaId: number | null
}

/** The schema is not known here yet: `lookUp` it, then decode again. */
export interface SchemaNeeded {
  readonly schemaNeeded: number
}

export interface RecordDecoder {
  decode(
    bytes: Uint8Array,
    source: Pick<ConfiguredSource, 'format' | 'csv'>,
  ): DecodedRecord | Rejection | SchemaNeeded
  /** A denied id is remembered and decodes to `unknown_schema`. */
  lookUp(schemaId: number): Promise<'known' | 'denied' | SchemaUnavailable>
}

/** Why the registry gave no answer to go by, in a few words without what it said. */
export interface SchemaUnavailable {
  readonly unavailable: string
}
