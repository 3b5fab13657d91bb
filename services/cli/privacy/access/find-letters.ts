import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { typeOf } from '#runtime/event/ids.ts'
import { openRecord } from '../../deadletter/open-record.ts'
import { namingOf } from '../letters/naming.ts'
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
 * Records that could not be used and hold one of these identifiers, in any form of a record. They are sealed, and no table says whose they
 * are: each is opened here, in memory, and what may be an identifier in it is made a pseudonym. One that names the person by something else
 * is not found.
 */
export async function findLetters(
  clickhouse: ClickHouse,
  reader: LetterReader,
  fragments: ReadonlySet<string>,
  progress: (opened: number) => void = () => undefined,
): Promise<HeldLetters> {
  const list: HeldLetters['list'][number][] = []
  const types = new Set([...fragments].map(typeOf))
  let opened = 0
  let unreadable = 0
  let partly = 0
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
    const record = openRecord({ payload, headers }, reader.sealer)
    if (record === null) {
      unreadable += 1
      continue
    }
    const naming = namingOf(record, types, reader, (fragment) => fragments.has(fragment))
    if (naming === 'named') list.push(row)
    if (naming === 'partly') partly += 1
  }
  return { searched: true, opened, complete: complete && partly === 0, unreadable, partly, list }
}
