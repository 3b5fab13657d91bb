import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createLetterSearch } from '../letters/naming.ts'
import type { LetterReader } from '../letters/letter-reader.ts'
import type { HeldLetters } from './access-view.ts'

/** Dead letters that are opened for one person, the newest; a healthy installation has far fewer. */
export const lettersOpenedMax = 20_000

export const noLetters: HeldLetters = {
  searched: false,
  opened: 0,
  complete: false,
  unreadable: 0,
  partly: 0,
  without_bytes: 0,
  list: [],
}

interface Row {
  readonly place: string
  readonly received_at: string
  readonly stage: string
  readonly reason: string
  readonly source: string
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

const newestFirst = (a: Pick<Row, 'received_at'>, b: Pick<Row, 'received_at'>): number =>
  a.received_at < b.received_at ? 1 : a.received_at > b.received_at ? -1 : 0

/** How many records there are, one more than may be opened at most, and from when on the newest of them are. */
async function newestLetters(
  clickhouse: ClickHouse,
): Promise<{ readonly count: number; readonly since: Date }> {
  const [row] = await clickhouse.query<{ readonly n: string; readonly since: string }>(
    `SELECT count() AS n, min(received_at) AS since FROM (
       SELECT DISTINCT topic, partition, offset, received_at FROM dead_letters FINAL
       ORDER BY received_at DESC LIMIT ${lettersOpenedMax + 1})`,
    {},
  )
  return { count: Number(row?.n ?? 0), since: new Date(row?.since ?? 0) }
}

/**
 * Records that could not be used and hold one of these identifiers, in any form of a record. They are sealed, and no table says whose they
 * are: each is opened here, in memory, and what may be an identifier in it is made a pseudonym. One that names the person by something else
 * is not found.
 */
export async function findLetters(
  clickhouse: ClickHouse,
  reader: LetterReader,
  fragments: ReadonlySet<FragmentId>,
  progress: (opened: number, of: number) => void = () => undefined,
): Promise<HeldLetters> {
  const list: HeldLetters['list'][number][] = []
  const search = createLetterSearch(reader, fragments)
  const { count, since } = await newestLetters(clickhouse)
  const records = Math.min(count, lettersOpenedMax)
  const found = { unreadable: 0, partly: 0, without_bytes: 0 }
  let opened = 0
  // In the order of the table: sorted by time all of their bytes would lie in ClickHouse's memory. Of the letters of one record some have none.
  const rows = clickhouse.stream<Row>(
    `SELECT concat(topic, '/', toString(partition), '/', toString(offset)) AS place, received_at, stage, reason, source, payload, headers
     FROM dead_letters FINAL WHERE received_at >= {since:DateTime64(3, 'UTC')}
     ORDER BY topic, partition, offset, received_at, payload = '' LIMIT 1 BY topic, partition, offset, received_at LIMIT {records:UInt32}`,
    { since, records },
  )
  for await (const { payload, headers, ...row } of rows) {
    opened += 1
    progress(opened, records)
    const naming = search.look({ payload, headers })
    if (naming === 'named') list.push(row)
    else if (naming === 'closed') found.unreadable += 1
    else if (naming !== 'not_named') found[naming] += 1
  }
  const complete = count <= lettersOpenedMax && found.partly === 0 && found.without_bytes === 0
  return { searched: true, opened, complete, ...found, list: list.toSorted(newestFirst) }
}
