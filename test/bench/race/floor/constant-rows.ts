import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { featureColumns } from '#schemas/clickhouse/columns.ts'
import type {
  EventRow,
  ProfileRow,
  SegmentMembershipRow,
  TableName,
} from '#schemas/clickhouse/rows.ts'
import { personId } from '../stream/person-id.ts'

export interface RowRates {
  /** Rows of `profiles` for each event. */
  readonly profiles: number
  /** Rows of `segment_memberships` for each event. */
  readonly memberships: number
  /** Different profiles in those rows. */
  readonly people: number
}

const at = toIso(epochMs(Date.UTC(2026, 0, 1)))

/** Makes as many rows as Tributary makes, on average, for events of a frame: rows of its tables whose values are always the same. */
export function createRows(
  features: readonly CompiledFeature[],
  rates: RowRates,
): (events: readonly RoutedEvent[], partition: number, frameOffset: number) => RowBatch {
  const ids = Array.from({ length: rates.people }, (_, n) => personId(n))
  const profile = constantProfile(features)
  const owed: Partial<Record<TableName, number>> = {}
  let next = 0
  const id = (): string => ids[(next += 1) % ids.length] ?? ''
  /** Whole rows that are due by now; the rest is carried over. */
  const due = (table: TableName, rate: number, events: number): number => {
    const total = (owed[table] ?? 0) + rate * events
    owed[table] = total % 1
    return Math.floor(total)
  }
  return (events, partition, frameOffset) => {
    const version = (index: number): string => rowVersion(0, frameOffset, index)
    return {
      events: events.map((event, n) => eventRow(event, partition, version(n))),
      profiles: rowsOf(due('profiles', rates.profiles, events.length), (n) => ({
        ...profile,
        profile_id: id(),
        version: version(n),
      })),
      segment_memberships: rowsOf(
        due('segment_memberships', rates.memberships, events.length),
        (n) => ({ ...membership, profile_id: id(), version: version(n) }),
      ),
    }
  }
}

const rowsOf = <Row>(count: number, row: (n: number) => Row): readonly Row[] =>
  Array.from({ length: count }, (_, n) => row(n))

const eventRow = (event: RoutedEvent, partition: number, version: string): EventRow => ({
  fragment_id: event.fragment ?? '',
  partition,
  version,
  event_id: event.eventId,
  event_key: event.eventKey,
  channel: event.channel,
  source: event.source,
  type: event.type,
  occurred_at: at,
  received_at: at,
  log_time: at,
  identifiers: event.identifiers.map((one) => ({ id: one.id, blocked: '' })),
  traits: '{}',
  trait_kind: event.traitKind,
  party: event.party,
  consent: {},
  machine: '',
  properties: '{"category":"shoes","total":12.5,"currency":"EUR"}',
  schema_id: event.schemaId,
  unknown_type: 0,
  flags: [],
  definition: 0,
  origin: 'raw/floor/1/0',
  origin_offset: 0,
  origin_index: 0,
})

const membership: SegmentMembershipRow = {
  profile_id: '',
  segment: 'repeat_customer',
  version: '0',
  member: 1,
  entered_at: at,
  exited_at: null,
  rule_version: 0,
  rule_hash: 'cccccccccccccccccccccc',
  because: '{"orders":2,"last_order_at":"2026-01-01T00:00:00.000Z"}',
  next_change_at: at,
}

function constantProfile(features: readonly CompiledFeature[]): ProfileRow {
  const row: ProfileRow = {
    profile_id: '',
    version: '0',
    deleted: 0,
    updated_at: at,
    first_seen: at,
    last_seen: at,
    events: 1,
    members: ['user_id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    definition: 0,
    consent: { service: 'basis', personalisation: 'basis', analytics: 'basis' },
    trait_provenance: {},
  }
  for (const { name, type } of features.flatMap(featureColumns)) row[name] = constantCell(type)
  return row
}

/** A value of a generated column's type. @throws Error for a type that no column of the race has. */
function constantCell(type: string): unknown {
  if (type.startsWith('Array(Tuple(from')) return [[at, 3]]
  if (type.startsWith('Array(Tuple(key')) return ['shoes', 'coats', 'hats'].map((key) => [key, 1.5])
  switch (type) {
    case 'Nullable(Float64)':
      return 1.5
    case 'Nullable(UInt64)':
      return 3
    case 'Nullable(Decimal(18, 4))':
      return '12.5000'
    case "Nullable(DateTime64(3, 'UTC'))":
      return at
    case 'Nullable(String)':
      return 'shoes'
    default:
      throw new Error(`the floor knows no value of type ${type}`)
  }
}
