import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'

/** One source of one channel, by which everything is grouped. */
export interface Place {
  readonly channel: string
  readonly source: string
}

interface Counted extends Place {
  readonly name: string
  /** UInt64 as text. */
  readonly n: string
}

export interface QualityRows {
  readonly volumes: readonly (Place & {
    readonly events: string
    readonly unattributed: string
    readonly newest_received_at: string
    readonly newest_occurred_at: string
    /** Seconds. */
    readonly delays: readonly [number, number]
    readonly topics: readonly string[]
  })[]
  readonly machines: readonly Counted[]
  readonly unknownTypes: readonly Counted[]
  readonly flags: readonly Counted[]
  readonly identifiers: readonly Counted[]
  readonly blocked: readonly Counted[]
  readonly types: readonly (Place & { readonly type: string; readonly n: string })[]
  readonly fields: readonly (Counted & { readonly type: string })[]
  readonly schemas: readonly (Place & {
    readonly schema_id: number
    readonly events: string
    readonly first_seen_at: string
    readonly last_seen_at: string
  })[]
  readonly letters: readonly {
    readonly topic: string
    readonly source: string
    readonly reason: string
    readonly n: string
  }[]
}

const within = 'received_at >= {since:DateTime64(3)} AND received_at < {until:DateTime64(3)}'
const perSource = 'GROUP BY channel, source'
const ofSpanAlone = `SETTINGS ${withinPartitions}`
/** Names come from outside: a source that makes up a new type with each event may not fill the report. */
const namesMax = 50

/** Everything that the figures of `quality` are made of, for records received in a span of time. */
export async function readQuality(
  clickhouse: Pick<ClickHouse, 'query'>,
  params: { readonly since: Date; readonly until: Date },
): Promise<QualityRows> {
  const rows = async <Row extends object>(select: string): Promise<readonly Row[]> =>
    clickhouse.query<Row>(select, params)
  const counted = async (name: string, from: string, where: string): Promise<readonly Counted[]> =>
    rows<Counted>(
      `SELECT channel, source, ${name} AS name, count() AS n FROM ${from} WHERE ${within} AND ${where}
       GROUP BY channel, source, name ORDER BY n DESC, name LIMIT ${namesMax} BY channel, source ${ofSpanAlone}`,
    )
  const types = `SELECT channel, source, type, count() AS n FROM events FINAL WHERE ${within}
    GROUP BY channel, source, type ORDER BY n DESC, type LIMIT ${namesMax} BY channel, source`
  return {
    volumes: await rows(
      `SELECT channel, source, count() AS events, countIf(fragment_id = '') AS unattributed,
         max(received_at) AS newest_received_at, max(occurred_at) AS newest_occurred_at,
         arrayMap(ms -> ms / 1000, quantiles(0.5, 0.99)(dateDiff('millisecond', occurred_at, received_at))) AS delays,
         groupUniqArray(100)(splitByChar('/', origin)[2]) AS topics
       FROM events FINAL WHERE ${within} ${perSource} ${ofSpanAlone}`,
    ),
    machines: await counted('machine', 'events FINAL', `machine != ''`),
    unknownTypes: await counted('type', 'events FINAL', 'unknown_type = 1'),
    flags: await counted('arrayJoin(flags)', 'events FINAL', 'notEmpty(flags)'),
    identifiers: await counted(
      `arrayJoin(arrayDistinct(arrayMap(one -> splitByChar(':', one.id)[1], identifiers)))`,
      'events FINAL',
      'notEmpty(identifiers)',
    ),
    blocked: await counted(
      `arrayJoin(arrayFilter(rule -> rule != '', identifiers.blocked))`,
      'events FINAL',
      `arrayExists(rule -> rule != '', identifiers.blocked)`,
    ),
    types: await rows(`${types} ${ofSpanAlone}`),
    fields: await rows(
      `SELECT channel, source, type, name, count() AS n
       FROM (
         SELECT channel, source, type, arrayJoin(arrayConcat(
           arrayMap(one -> one.1, arrayFilter(one -> one.2 != 'null', JSONExtractKeysAndValuesRaw(properties))),
           arrayMap(one -> concat('traits.', one.1), JSONExtractKeysAndValuesRaw(traits))
         )) AS name
         FROM events FINAL WHERE ${within}
       )
       WHERE (channel, source, type) IN (SELECT channel, source, type FROM (${types}))
       GROUP BY channel, source, type, name ORDER BY n DESC, name LIMIT ${namesMax} BY channel, source, type ${ofSpanAlone}`,
    ),
    schemas: await rows(
      `SELECT channel, source, schema_id, count() AS events,
         min(received_at) AS first_seen_at, max(received_at) AS last_seen_at
       FROM events FINAL WHERE ${within} AND schema_id IS NOT NULL
       GROUP BY channel, source, schema_id ORDER BY first_seen_at, schema_id LIMIT ${namesMax} BY channel, source
       ${ofSpanAlone}`,
    ),
    letters: await rows(
      `SELECT topic, source, reason, count() AS n FROM dead_letters_now WHERE ${within} AND status != 'replayed'
       GROUP BY topic, source, reason`,
    ),
  }
}
