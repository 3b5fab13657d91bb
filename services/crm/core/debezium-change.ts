import {
  type Fields,
  isFields,
  isRejection,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { numberOf } from './debezium-logical.ts'

/**
 * A change of a row, in whatever form Debezium's converters and transformations have left it:
 * the envelope itself, with or without the `{schema, payload}` of the JSON converter;
 * a CloudEvent (https://debezium.io/documentation/reference/stable/integrations/cloudevents.html);
 * the row alone with `__op` beside its columns, as ExtractNewRecordState writes it
 * (https://debezium.io/documentation/reference/stable/transformations/event-flattening.html).
 */
export interface Change {
  readonly op: string
  readonly before: unknown
  readonly after: unknown
  /** MongoDB's `updateDescription`. */
  readonly updated: Fields | undefined
  /** What `pg_logical_emit_message` wrote. */
  readonly message: Fields | undefined
  /** The row stands among the record's own fields. */
  readonly flat: boolean
  /** The `schema` beside the payload. */
  readonly schema: Fields | undefined
  /** A field of the source block: where in which database's log the change stands. */
  source(name: string): unknown
  /** When the connector read the change. */
  readonly processedAt: unknown
}

/** The payload, and the schema that stands beside it. null: a tombstone in the JSON converter's wrapper. */
export function unwrap(item: Fields): { payload: Fields; schema: Fields | undefined } | null {
  if (!Object.hasOwn(item, 'schema') || !Object.hasOwn(item, 'payload'))
    return { payload: item, schema: undefined }
  const payload = item['payload']
  if (payload === null) return null
  return isFields(payload)
    ? { payload, schema: ownFields(item, 'schema') }
    : { payload: item, schema: undefined }
}

const isFlat = (payload: Fields): boolean =>
  ownText(payload, '__op') !== undefined || Object.hasOwn(payload, '__deleted')

/** `rewrite` marks deleted rows and no others; without `__op` nobody says whether a row is new. */
function flatOp(payload: Fields): string {
  const deleted = own(payload, '__deleted')
  if (deleted === true || deleted === 'true') return 'd'
  return ownText(payload, '__op') ?? 'u'
}

const isEnvelope = (payload: Fields): boolean =>
  Object.hasOwn(payload, 'source') ||
  Object.hasOwn(payload, 'after') ||
  Object.hasOwn(payload, 'before')

function isHeartbeat(payload: Fields): boolean {
  const names = Object.keys(payload)
  return names.length === 1 && names[0] === 'ts_ms'
}

/** What a payload is: the letter of an operation, or the name of a control record. undefined: nothing of Debezium's. */
export function kindOf(payload: Fields): string | undefined {
  if (isFlat(payload)) return flatOp(payload)
  const cloud = ownText(payload, 'iodebeziumop')
  if (cloud !== undefined) return cloud
  const op = ownText(payload, 'op')
  if (op !== undefined && isEnvelope(payload)) return op
  const status = ownText(payload, 'status')
  if ((status === 'BEGIN' || status === 'END') && Object.hasOwn(payload, 'id')) return status
  if (Object.hasOwn(payload, 'ddl') || Object.hasOwn(payload, 'tableChanges'))
    return 'schema_change'
  if (Object.hasOwn(payload, 'aggregate_type')) return 'notification'
  return isHeartbeat(payload) ? 'heartbeat' : undefined
}

/** CloudEvents allow lower-case letters and digits in the names of attributes. */
const attribute = (name: string): string => `iodebezium${name.replaceAll('_', '').toLowerCase()}`

function cloudChange(payload: Fields, op: string): Change | Rejection {
  const data = ownFields(payload, 'data')
  if (data === undefined)
    return reject('unexpected_shape', 'data is no object: the data of CloudEvents must be JSON')
  const inner = unwrap(data)
  return {
    op,
    before: inner && own(inner.payload, 'before'),
    after: inner && own(inner.payload, 'after'),
    updated: inner ? ownFields(inner.payload, 'updateDescription') : undefined,
    message: inner ? ownFields(inner.payload, 'message') : undefined,
    flat: false,
    schema: inner?.schema,
    source: (name) => own(payload, attribute(name)),
    processedAt: undefined,
  }
}

/** `payload` with the operation `op`, as `kindOf` has read it. */
export function readChange(
  payload: Fields,
  op: string,
  schema: Fields | undefined,
): Change | Rejection {
  if (isFlat(payload))
    return {
      op,
      before: op === 'd' ? payload : undefined,
      after: op === 'd' ? undefined : payload,
      updated: undefined,
      message: undefined,
      flat: true,
      schema,
      // `ts_ms` without its struct is the envelope's, any other name the source block's.
      source: (name) =>
        own(payload, `__source_${name}`) ??
        (name.startsWith('ts_') ? undefined : own(payload, `__${name}`)),
      processedAt: own(payload, '__ts_ms'),
    }
  if (Object.hasOwn(payload, 'iodebeziumop')) return cloudChange(payload, op)
  const source = ownFields(payload, 'source')
  return {
    op,
    before: own(payload, 'before'),
    after: own(payload, 'after'),
    updated: ownFields(payload, 'updateDescription'),
    message: ownFields(payload, 'message'),
    flat: false,
    schema,
    source: (name) => source && own(source, name),
    processedAt: own(payload, 'ts_ms'),
  }
}

/** A record of a snapshot: no change, but what stood in the table when the connector read it. */
export function isSnapshot(change: Change): boolean {
  const snapshot = change.source('snapshot')
  const told =
    snapshot !== undefined && snapshot !== null && snapshot !== false && snapshot !== 'false'
  return change.op === 'r' || told
}

/** Beyond this, a count of milliseconds lies after the year 5000. */
const microsecondsFrom = 1e14

/** `source.ts_ms`, or its finer siblings. Cassandra's connector has written microseconds under that name. */
function sourceTime(change: Change): number | undefined {
  const ms = numberOf(change.source('ts_ms'))
  if (ms !== undefined)
    return ms > microsecondsFrom && change.source('connector') === 'cassandra' ? ms / 1000 : ms
  const us = numberOf(change.source('ts_us'))
  if (us !== undefined) return us / 1000
  const ns = numberOf(change.source('ts_ns'))
  return ns === undefined ? undefined : ns / 1_000_000
}

/**
 * When the row changed: the time in the source block. The envelope's own `ts_ms` is when the connector came to it, which after
 * an outage is hours later; it counts only where the source block has none, or 0, as snapshots of some connectors have.
 */
export function timeOfChange(change: Change): EpochMs | Rejection {
  const at = sourceTime(change)
  if (at !== undefined && at !== 0) return epochMs(Math.floor(at))
  const read = readTime(change.processedAt, { format: 'milliseconds', zone: 'utc' }, 'ts_ms')
  if (!isRejection(read)) return read
  return at === 0
    ? epochMs(0)
    : reject('missing_time', 'source.ts_ms is missing; a flattened record needs it in add.fields')
}
