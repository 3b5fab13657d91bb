import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Sealer } from '#runtime/keys/index.ts'
import { openRecord } from '../../deadletter/open-record.ts'
import type { HeldLetters } from './access-view.ts'

/** Dead letters that are opened for one person, the newest; a healthy installation has far fewer. */
export const lettersOpenedMax = 20_000

export const noLetters: HeldLetters = {
  searched: false,
  opened: 0,
  complete: false,
  unreadable: 0,
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

/**
 * Records that could not be used and have one of these texts in them, in any case of letters. They are sealed, and no table says whose they
 * are: each is opened here, in memory. What a record writes in another form (compressed, encoded) is not found.
 */
export async function findLetters(
  clickhouse: ClickHouse,
  sealer: Pick<Sealer, 'open'>,
  texts: readonly string[],
  progress: (opened: number) => void = () => undefined,
): Promise<HeldLetters> {
  const needles = texts.map((text) => text.toLowerCase()).filter((text) => text !== '')
  const list: HeldLetters['list'][number][] = []
  let opened = 0
  let unreadable = 0
  let complete = true
  // One more than may be opened says that there are more.
  const rows = clickhouse.stream<Row>(
    `SELECT concat(topic, '/', toString(partition), '/', toString(offset)) AS place, received_at, stage, reason, source, payload, headers
     FROM dead_letters FINAL WHERE payload != ''
     ORDER BY received_at DESC, topic, partition, offset LIMIT 1 BY topic, partition, offset, received_at LIMIT ${lettersOpenedMax + 1}`,
    {},
  )
  for await (const { payload, headers, ...row } of rows) {
    if (opened === lettersOpenedMax) {
      complete = false
      break
    }
    opened += 1
    progress(opened)
    const record = openRecord({ payload, headers }, sealer)
    if (record === null) unreadable += 1
    else if (hasAny([record.value, ...Object.values(record.headers)], needles)) list.push(row)
  }
  return { searched: true, opened, complete, unreadable, list }
}

const hasAny = (parts: readonly Uint8Array[], needles: readonly string[]): boolean =>
  parts.some((bytes) => {
    const text = Buffer.from(bytes).toString('utf8').toLowerCase()
    return needles.some((needle) => text.includes(needle))
  })
