import { isTributaryError } from '../../errors/index.ts'
import { confluentMagic } from '../../log/confluent-codec.ts'
import type { DecodeOutcome, DecodeReason, RegistryDecoder } from '../../registry/index.ts'
import { type Rejection, reject } from '../core/outcome.ts'
import type { DeadLetterReason } from '../core/reasons.ts'
import {
  type Decoded,
  decodeCsv,
  decodeJson,
  decodeJsonOrText,
  decodePlainText,
} from './decode-text.ts'
import type { DecodedRecord, RecordDecoder } from './decoder.ts'

const reasons: Readonly<Record<DecodeReason, DeadLetterReason>> = {
  not_confluent_format: 'unknown_format',
  unknown_schema_id: 'unknown_schema',
  unsupported_schema: 'unknown_schema',
  truncated_record: 'invalid_avro',
  trailing_bytes: 'invalid_avro',
  invalid_record: 'invalid_avro',
}

const fromOutcome = (outcome: DecodeOutcome): DecodedRecord | Rejection =>
  outcome.ok
    ? { value: outcome.value, schemaId: outcome.schemaId }
    : reject(reasons[outcome.reason], outcome.detail)

const schemaIdOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1)

const decodeText = (decoded: Decoded): DecodedRecord | Rejection =>
  'value' in decoded ? { value: decoded.value, schemaId: null } : decoded

/** Decodes Avro in Confluent's wire format, JSON and CSV, as the source says. Never waits: what has to be asked is asked for by `lookUp`. */
export function createRecordDecoder(registry: RegistryDecoder): RecordDecoder {
  const asked = new Map<number, Promise<DecodeOutcome>>()

  const decodeAvro = (bytes: Uint8Array): ReturnType<RecordDecoder['decode']> => {
    const outcome = registry.decode(bytes)
    if (!(outcome instanceof Promise)) return fromOutcome(outcome)
    const schemaNeeded = schemaIdOf(bytes)
    // Awaited by lookUp; without it, a failure here is nobody's.
    outcome.catch(() => {})
    asked.set(schemaNeeded, outcome)
    return { schemaNeeded }
  }

  return {
    decode(bytes, { format, csv }) {
      switch (format) {
        case 'avro':
          return decodeAvro(bytes)
        case 'json':
          return decodeText(decodeJson(bytes))
        case 'text':
          return decodeText(decodePlainText(bytes))
        case 'csv':
          return decodeText(decodeCsv(bytes, csv))
        case 'detect':
          return bytes[0] === confluentMagic
            ? decodeAvro(bytes)
            : decodeText(decodeJsonOrText(bytes))
        default:
          return format satisfies never
      }
    },
    async lookUp(schemaId) {
      const asking = asked.get(schemaId)
      asked.delete(schemaId)
      try {
        const outcome = await asking
        return outcome?.ok === false && outcome.reason === 'unknown_schema_id' ? 'denied' : 'known'
      } catch (error) {
        if (isTributaryError(error, 'TRB_REGISTRY_UNAVAILABLE'))
          return { unavailable: String(error.context['why'] ?? 'it does not answer') }
        throw error
      }
    },
  }
}
