import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { offset } from '#runtime/event/ids.ts'
import { placeText, type Place } from '#runtime/channel/core/replay.ts'
import { type Letter, type LetterStatus, type PastAttempt } from './letter.ts'
import type { Condition } from './select-letters.ts'

interface LetterRow {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly index: number
  readonly status: LetterStatus
  readonly stage: string
  readonly reason: string
  readonly detail: string
  readonly source: string
  readonly schema_id: number | null
  readonly received_at: string
  readonly failed_at: string
  readonly attempt: number
  readonly first_failed_at: string
  readonly history: readonly PastAttempt[]
  readonly last_attempt: number
  readonly replayed_at: string | null
  readonly replayed_by: string
  readonly replay_note: string
}

const columns = [
  'topic',
  'partition',
  'offset',
  '`index`',
  'status',
  'stage',
  'reason',
  'detail',
  'source',
  'schema_id',
  'received_at',
  'failed_at',
  'attempt',
  'first_failed_at',
  'history',
  'last_attempt',
  'replayed_at',
  'replayed_by',
  'replay_note',
].join(', ')

const toLetter = (row: LetterRow): Letter => ({
  topic: row.topic,
  partition: row.partition,
  offset: offset(Number(row.offset)),
  index: row.index < 0 ? null : row.index,
  status: row.status,
  stage: row.stage,
  reason: row.reason,
  detail: row.detail,
  source: row.source === '' ? null : row.source,
  schemaId: row.schema_id,
  receivedAt: row.received_at,
  failedAt: row.failed_at,
  firstFailedAt: row.first_failed_at,
  attempt: row.attempt,
  lastAttempt: row.last_attempt,
  history: row.history,
  replayedAt: row.replayed_at,
  replayedBy: row.replayed_by === '' ? null : row.replayed_by,
  note: row.replay_note === '' ? null : row.replay_note,
})

/** Letters that are alike, counted. */
export interface LetterGroup {
  readonly stage: string
  readonly reason: string
  readonly source: string
  readonly status: LetterStatus
  readonly letters: number
  readonly records: number
  readonly first_failed_at: string
  readonly last_failed_at: string
  /** Of one of them. */
  readonly detail: string
}

export async function readGroups(
  clickhouse: ClickHouse,
  { sql, params }: Condition,
): Promise<readonly LetterGroup[]> {
  const rows = await clickhouse.query<
    Omit<LetterGroup, 'letters' | 'records'> & {
      readonly letters: string
      readonly records: string
    }
  >(
    `SELECT stage, reason, source, status, count() AS letters, uniqExact(topic, partition, offset, received_at) AS records,
       min(first_failed_at) AS first_failed_at, max(failed_at) AS last_failed_at, argMax(detail, failed_at) AS detail
     FROM (SELECT ${columns} FROM dead_letters_now WHERE ${sql})
     GROUP BY stage, reason, source, status
     ORDER BY letters DESC, stage, reason, source, status`,
    params,
  )
  return rows.map((row) => ({
    ...row,
    letters: Number(row.letters),
    records: Number(row.records),
  }))
}

/** One letter after the other, the last refused first. */
export async function readEach(
  clickhouse: ClickHouse,
  { sql, params }: Condition,
  page: { readonly limit: number; readonly skip: number },
): Promise<readonly Letter[]> {
  const rows = await clickhouse.query<LetterRow>(
    `SELECT ${columns} FROM dead_letters_now WHERE ${sql}
     ORDER BY failed_at DESC, topic, partition, offset, \`index\`
     LIMIT {limit:UInt32} OFFSET {skip:UInt32}`,
    { ...params, ...page },
  )
  return rows.map(toLetter)
}

export interface ChosenLetter extends Letter {
  /** False: another letter of a record that has a matching one. */
  readonly matches: boolean
}

/**
 * Every letter of the records of which one matches, oldest record first. Of no more than `recordsMax` records: the caller sees from one
 * that is too many that there are more.
 */
export async function readRecords(
  clickhouse: ClickHouse,
  { sql, params }: Condition,
  recordsMax: number,
): Promise<readonly ChosenLetter[]> {
  const rows = await clickhouse.query<LetterRow & { readonly matches: 0 | 1 }>(
    `SELECT ${columns}, (${sql}) AS matches FROM dead_letters_now
     WHERE (topic, partition, offset, received_at) IN (
       SELECT topic, partition, offset, received_at FROM dead_letters_now WHERE ${sql}
       GROUP BY topic, partition, offset, received_at
       ORDER BY received_at, topic, partition, offset LIMIT {recordsMax:UInt32}
     )
     ORDER BY received_at, topic, partition, offset, \`index\``,
    { ...params, recordsMax },
  )
  return rows.map((row) => ({ ...toLetter(row), matches: row.matches === 1 }))
}

const samePlaces = `concat(topic, '/', toString(partition), '/', toString(offset)) IN {places:Array(String)}
  AND topic IN {topics:Array(String)} AND offset IN {offsets:Array(Int64)}`

/** The first is exact; the others let the table's order help. */
const samePlacesParams = (places: readonly Place[]): Readonly<Record<string, unknown>> => ({
  places: places.map(placeText),
  topics: [...new Set(places.map(({ topic }) => topic))],
  offsets: [...new Set(places.map((place) => place.offset))],
})

/** All letters of records. Places may travel in an address: ask for some hundred at most. */
export async function readLettersOf(
  clickhouse: ClickHouse,
  places: readonly Place[],
): Promise<readonly Letter[]> {
  const rows = await clickhouse.query<LetterRow>(
    `SELECT ${columns} FROM dead_letters_now WHERE ${samePlaces}
     ORDER BY received_at, topic, partition, offset, \`index\``,
    samePlacesParams(places),
  )
  return rows.map(toLetter)
}

/** What a record was, still sealed. */
export interface SealedRecord extends Place {
  readonly receivedAt: string
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

/** The bytes of records, of those that have any: each of the first letter that carries them. As many as above. */
export async function readSealed(
  clickhouse: ClickHouse,
  places: readonly Place[],
): Promise<readonly SealedRecord[]> {
  const rows = await clickhouse.query<{
    readonly topic: string
    readonly partition: number
    readonly offset: string
    readonly received_at: string
    readonly payload: string
    readonly headers: Readonly<Record<string, string>>
  }>(
    `SELECT topic, partition, offset, received_at, payload, headers FROM dead_letters FINAL
     WHERE ${samePlaces} AND payload != ''
     ORDER BY topic, partition, offset, received_at, \`index\`
     LIMIT 1 BY topic, partition, offset, received_at`,
    samePlacesParams(places),
  )
  return rows.map(({ topic, partition, offset: at, received_at, payload, headers }) => ({
    topic,
    partition,
    offset: offset(Number(at)),
    receivedAt: received_at,
    payload,
    headers,
  }))
}

/** One time that a record was sent again. */
export interface ReplayEntry {
  readonly attempt: number
  /** -1: the record as a whole. */
  readonly indexes: readonly number[]
  readonly received_at: string
  readonly replay_topic: string
  readonly replayed_at: string
  readonly replayed_by: string
  readonly note: string
}

export async function readReplays(
  clickhouse: ClickHouse,
  { topic, partition, offset: at }: Place,
): Promise<readonly ReplayEntry[]> {
  return clickhouse.query<ReplayEntry>(
    `SELECT attempt, indexes, received_at, replay_topic, replayed_at, replayed_by, note
     FROM dead_letter_replays FINAL
     WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:Int64}
     ORDER BY received_at, attempt`,
    { topic, partition, offset: at },
  )
}
