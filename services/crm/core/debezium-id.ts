import { type Fields, asList, isFields, own } from '#runtime/channel/core/fields.ts'
import { type Change, isSnapshot } from './debezium-change.ts'
import { textMax } from './debezium-row.ts'
import { parseJsonText } from './json-text.ts'

/** Two 32-bit hashes of 16-bit units, mixed at the end (cyrb53): for telling rows apart, not against anybody. */
interface Fingerprint {
  text(text: string): void
  digest(): string
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

function createFingerprint(): Fingerprint {
  let a = 0xdead_beef
  let b = 0x41c6_ce57
  return {
    text(text) {
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at)
        a = Math.imul(a ^ unit, 2_654_435_761)
        b = Math.imul(b ^ unit, 1_597_334_677)
      }
      // A text ends: "ab" + "c" is not "a" + "bc".
      a = Math.imul(a ^ 0x1_0000, 2_654_435_761)
      b = Math.imul(b ^ 0x1_0000, 1_597_334_677)
    },
    digest() {
      const x = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
      const y = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(x ^ (x >>> 13), 3_266_489_909)
      return hex(x) + hex(y)
    },
  }
}

const depthMax = 16

function addValue(print: Fingerprint, value: unknown, depth: number): void {
  if (depth > depthMax) return
  const list = asList(value)
  if (list !== undefined) {
    print.text('[')
    for (const entry of list) addValue(print, entry, depth + 1)
  } else if (isFields(value)) {
    print.text('{')
    for (const name of Object.keys(value)) {
      print.text(name)
      addValue(print, value[name], depth + 1)
    }
  } else if (typeof value === 'string') print.text(value)
  else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    print.text(`#${value}`)
  else print.text('null')
}

interface Coordinates {
  /** Fields of the source block that say where in its log a change stands, the same when it is read again. */
  readonly fields: readonly string[]
  /** Whether they tell apart the rows of one log entry. */
  readonly exact: boolean
}

const lsns: Coordinates = {
  fields: ['commit_lsn', 'change_lsn', 'event_serial_no'],
  exact: true,
}

/** A server that is set up anew counts its files from the start again; the time is that of the log. */
const binlog: Coordinates = { fields: ['file', 'pos', 'row', 'ts_ms'], exact: true }

/**
 * By connector. Left out is what another reading gives another value (PostgreSQL's `sequence` begins with the last commit that this
 * connection has seen), or what tells a server, not a place (`server_id`, `thread`).
 */
const coordinatesOf: Readonly<Record<string, Coordinates>> = {
  mysql: binlog,
  mariadb: binlog,
  // COPY writes many rows under one number of the log.
  postgresql: { fields: ['txId', 'lsn'], exact: false },
  // A transaction's changes share their time, and only sometimes have a number of their own.
  mongodb: { fields: ['ts_ms', 'ord', 'txnNumber', 'lsid'], exact: false },
  sqlserver: lsns,
  db2: { fields: ['commit_lsn', 'change_lsn'], exact: true },
  informix: { fields: ['begin_lsn', 'commit_lsn', 'change_lsn', 'txId'], exact: true },
  oracle: { fields: ['scn', 'txId', 'rs_id', 'ssn', 'row_id', 'lcr_position'], exact: false },
  cassandra: { fields: ['file', 'pos'], exact: false },
  vitess: { fields: ['vgtid', 'shard'], exact: false },
  spanner: { fields: ['server_transaction_id', 'sequence', 'mod_number'], exact: true },
  cockroachdb: { fields: ['ts_hlc', 'ts_ns'], exact: false },
}

/** Of a connector that came later, and of a flattened record that does not name its own: whatever of these it has. */
const anyCoordinates: Coordinates = {
  fields: [...new Set(Object.values(coordinatesOf).flatMap(({ fields }) => fields)), 'gtid'].filter(
    (field) => field !== 'ts_ms' && field !== 'ts_ns',
  ),
  exact: false,
}

const scalarText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** Of Vitess's places, one per shard, only the change's own: how far the others were is chance. */
function shardPlace(change: Change, places: string): string {
  const shard = change.source('shard')
  for (const entry of asList(parseJsonText(places, textMax)) ?? [])
    if (isFields(entry) && own(entry, 'shard') === shard) return scalarText(own(entry, 'gtid'))
  return places
}

function placeOf(change: Change, field: string): string {
  const place = scalarText(change.source(field))
  return field === 'vgtid' && place !== '' ? shardPlace(change, place) : place
}

/** MongoDB looks a document up when it is read, so that only its key and what the log itself says are the same the next time. */
function mongoRow(change: Change, row: Fields): unknown {
  if (change.op !== 'u') return row
  return [own(row, '_id') ?? null, change.updated ?? null]
}

function rowPrint(change: Change, row: Fields): string {
  const print = createFingerprint()
  const connector = change.source('connector')
  addValue(print, connector === 'mongodb' ? mongoRow(change, row) : [row, change.message], 0)
  return print.digest()
}

/** UTF-16 units up to which the places of a log stand in the id as they are; Vitess lists one per shard. */
const readableMax = 300

/**
 * The identity of a change: where it stands in the log of which database, so that a connector which starts again and reads twice
 * gives the same ones. Where a place holds many rows (a snapshot reads all of them at one), a fingerprint of the row tells them apart.
 * null: the record says no place (a flattened one without `add.fields`), so that its content is its identity.
 */
export function changeId(change: Change, row: Fields): string | null {
  const connector = scalarText(change.source('connector'))
  const coordinates =
    (Object.hasOwn(coordinatesOf, connector) ? coordinatesOf[connector] : undefined) ??
    anyCoordinates
  const { fields, exact } = coordinates
  const places = fields.map((field) => placeOf(change, field))
  if (places.every((place) => place === '')) return null
  const name = scalarText(change.source('name') ?? change.source('cluster'))
  const table = [
    change.source('db'),
    change.source('schema') ?? change.source('keyspace'),
    change.source('table') ?? change.source('collection'),
  ].map(scalarText)
  const told = exact && !isSnapshot(change) && places.every((place) => place !== '')
  const where = [connector, name, table.filter((part) => part !== '').join('.')].join('/')
  const place =
    coordinates === anyCoordinates
      ? fields.flatMap((field, at) => (places[at] === '' ? [] : [`${field}=${places[at]}`])).join()
      : places.join()
  const readable = where.length + place.length <= readableMax
  return [
    readable ? where : printOf(where),
    change.op,
    readable ? place : printOf(place),
    ...(told ? [] : [rowPrint(change, row)]),
  ].join('/')
}

function printOf(text: string): string {
  const print = createFingerprint()
  print.text(text)
  return print.digest()
}
