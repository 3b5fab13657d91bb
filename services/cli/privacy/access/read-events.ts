import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { parsedJson } from '../../shell/json.ts'
import type { HeldEvent, HeldEvents } from './access-view.ts'
import { heldIdentifier } from './named.ts'
import { until } from './until.ts'

/** Events of one answer of ClickHouse. */
const eventsPerStatement = 5000

interface Row {
  readonly fragment_id: string
  readonly event_id: string
  readonly occurred_at: string
  readonly received_at: string
  readonly channel: string
  readonly source: string
  readonly type: string
  readonly traits: string
  readonly properties: string
  readonly consent: Readonly<Record<string, string>>
  readonly machine: string
}

export interface EventsWanted {
  readonly fragments: readonly string[]
  /** null: now. */
  readonly at: Date | null
  readonly limit: number
  readonly skip: number
}

const ofThem = 'fragment_id IN {fragments:Array(String)}'
const known = (at: Date | null): string => until('log_time', at)

/** A page of the events of some fragments, newest first. `progress`: events read of those that are wanted. */
export async function readHeldEvents(
  clickhouse: ClickHouse,
  { fragments, at, limit, skip }: EventsWanted,
  progress: (done: number, of: number) => void,
): Promise<HeldEvents> {
  const params = { fragments, at }
  const total = await count(clickhouse, `${ofThem}${known(at)}`, params)
  const wanted = Math.max(0, Math.min(limit, total - skip))
  const list: HeldEvent[] = []
  while (list.length < wanted) {
    const rows = await clickhouse.query<Row>(
      `SELECT fragment_id, event_id, occurred_at, received_at, channel, source, type, traits, properties, consent, machine
       FROM events FINAL WHERE ${ofThem}${known(at)}
       ORDER BY occurred_at DESC, event_key LIMIT {limit:UInt32} OFFSET {skip:UInt32}
       SETTINGS ${withinPartitions}`,
      {
        ...params,
        limit: Math.min(eventsPerStatement, wanted - list.length),
        skip: skip + list.length,
      },
    )
    if (rows.length === 0) break
    list.push(...rows.map(heldEvent))
    progress(list.length, wanted)
  }
  const end = skip + list.length
  return {
    total,
    skipped: Math.min(skip, total),
    list,
    next: end < total && list.length > 0 ? end : null,
    named_in_others: await count(
      clickhouse,
      `NOT ${ofThem} AND arrayExists(i -> has({fragments:Array(String)}, i.1), identifiers)${known(at)}`,
      params,
    ),
  }
}

async function count(
  clickhouse: ClickHouse,
  condition: string,
  params: Readonly<Record<string, unknown>>,
): Promise<number> {
  const [row] = await clickhouse.query<{ readonly n: string }>(
    `SELECT count() AS n FROM events FINAL WHERE ${condition} SETTINGS ${withinPartitions}`,
    params,
  )
  return Number(row?.n ?? 0)
}

const heldEvent = (row: Row): HeldEvent => ({
  event_id: row.event_id,
  at: row.occurred_at,
  received_at: row.received_at,
  channel: row.channel,
  source: row.source,
  type: row.type,
  identifier: heldIdentifier(row.fragment_id),
  traits: parsedJson(row.traits),
  properties: parsedJson(row.properties),
  consent: row.consent,
  machine: row.machine === '' ? null : row.machine,
})
