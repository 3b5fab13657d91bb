import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { epochMs, type EpochMs, offset } from '#runtime/event/ids.ts'
import type { Erasure } from '../erasures.ts'
import type { Mutate } from '../sweep/mutations.ts'
import type { LetterReader } from './letter-reader.ts'
import { createLetterSearch } from './naming.ts'

export interface LettersFound {
  /** Records that were opened. */
  readonly read: number
  /** Sealed under another key, damaged, or without bytes: whose they are is not known. */
  readonly closed: number
  /** Hold more than is looked at of one record, and name none of the erased in what was. */
  readonly partly: number
  /** Rows of `dead_letters` and `dead_letter_replays` of the erased. */
  readonly letters: number
  readonly replays: number
  readonly places: readonly LetterPlace[]
}

interface LetterPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly receivedAt: EpochMs
}

interface Row {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly at: string
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Dead letters that hold an identifier of the erased and were received by then: each is opened, and what may be an identifier in it is made a
 * pseudonym. A letter that names somebody by something else, or can't be opened, is not found: it goes with its retention.
 */
export async function findLetters(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
  reader: LetterReader,
): Promise<LettersFound> {
  const until = new Map(erasures.map(({ fragment, erasedAt }) => [fragment, erasedAt]))
  const search = createLetterSearch(reader, new Set(until.keys()))
  const newest = Math.max(0, ...erasures.map(({ erasedAt }) => erasedAt))
  const places: LetterPlace[] = []
  let read = 0
  let closed = 0
  let partly = 0
  const rows = clickhouse.stream<Row>(
    `SELECT topic, partition, offset, toUnixTimestamp64Milli(received_at) AS at, payload, headers FROM dead_letters
     WHERE toUnixTimestamp64Milli(received_at) <= {newest:Int64}`,
    { newest },
  )
  for await (const row of rows) {
    const receivedAt = epochMs(Number(row.at))
    const naming = search.look(row, (fragment) => receivedAt <= (until.get(fragment) ?? 0))
    if (naming === 'closed' || naming === 'without_bytes') {
      closed += 1
      continue
    }
    read += 1
    if (naming === 'named') places.push({ ...row, offset: offset(Number(row.offset)), receivedAt })
    if (naming === 'partly') partly += 1
  }
  const [letters, replays] = [
    await countAt(clickhouse, 'dead_letters', places),
    await countAt(clickhouse, 'dead_letter_replays', places),
  ]
  return { read, closed, partly, letters, replays, places }
}

const placesAtOnce = 100

const samePlace = `(topic, partition, offset, toUnixTimestamp64Milli(received_at)) IN
  arrayZip({t:Array(String)}, {p:Array(UInt32)}, {o:Array(Int64)}, {r:Array(Int64)})`

const paramsOf = (places: readonly LetterPlace[]): Readonly<Record<string, unknown>> => ({
  t: places.map(({ topic }) => topic),
  p: places.map(({ partition }) => partition),
  o: places.map((place) => place.offset),
  r: places.map(({ receivedAt }) => receivedAt),
})

type LetterTable = 'dead_letters' | 'dead_letter_replays'

function* pieces(places: readonly LetterPlace[]): Generator<readonly LetterPlace[]> {
  for (let from = 0; from < places.length; from += placesAtOnce)
    yield places.slice(from, from + placesAtOnce)
}

async function countAt(
  clickhouse: ClickHouse,
  table: LetterTable,
  places: readonly LetterPlace[],
): Promise<number> {
  let count = 0
  for (const some of pieces(places)) {
    const [row] = await clickhouse.query<{ readonly n: string }>(
      `SELECT count() AS n FROM ${table} WHERE ${samePlace} SETTINGS apply_deleted_mask = 0`,
      paramsOf(some),
    )
    count += Number(row?.n ?? 0)
  }
  return count
}

/** Deletes them for good. */
export async function deleteLetters(
  clickhouse: ClickHouse,
  { letters, places, replays }: LettersFound,
  mutate: Mutate,
): Promise<void> {
  for (const some of pieces(places))
    for (const [table, count] of [
      ['dead_letters', letters],
      ['dead_letter_replays', replays],
    ] as const)
      if (count > 0)
        await mutate(clickhouse, `ALTER TABLE ${table} DELETE WHERE ${samePlace}`, paramsOf(some))
}
