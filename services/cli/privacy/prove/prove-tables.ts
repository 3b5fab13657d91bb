import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Erasure } from '../erasures.ts'
import type { LetterReader } from '../letters/letter-reader.ts'
import { findLetters } from '../letters/sweep-letters.ts'
import { countErased } from '../sweep/sweep-database.ts'
import type { Finding } from './finding.ts'

/** Every table, rows that are masked or replaced included. */
export async function proveTables(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
  hotKeysUntil: string | null,
): Promise<readonly Finding[]> {
  const counts = await countErased(clickhouse, erasures)
  return Object.entries(counts)
    .filter(([table]) => !table.startsWith('dead_letter'))
    .map(([table, { named, rows }]): Finding => {
      const place = `table ${clickhouse.database}.${table}`
      if (rows + named === 0) return { place, status: 'gone', until: null, detail: 'no row' }
      if (table === 'pipeline_health')
        return { place, status: 'within_bound', until: hotKeysUntil, detail: `${rows} hot keys` }
      const detail = `${rows} rows, ${named} of others that name the person: tributary privacy sweep`
      return { place, status: 'found', until: null, detail }
    })
}

export async function proveLetters(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
  reader: LetterReader,
  until: string | null,
): Promise<readonly Finding[]> {
  const found = await findLetters(clickhouse, erasures, reader)
  const { closed, letters, partly, read, replays } = found
  const place = `table ${clickhouse.database}.dead_letters`
  const opened: Finding =
    letters + replays === 0
      ? { place, status: 'gone', until: null, detail: `none of ${read} letters that open` }
      : { place, status: 'found', until: null, detail: `${letters} letters, ${replays} replays` }
  const unknown = [
    ...(closed === 0 ? [] : [`${closed} letters do not open with this key`]),
    ...(partly === 0 ? [] : [`${partly} letters hold more than is looked at of one`]),
  ]
  return [
    opened,
    ...unknown.map(
      (which): Finding => ({
        place,
        status: 'within_bound',
        until,
        detail: `${which}: whose they are is not known`,
      }),
    ),
  ]
}

/** Files that deletions and faults leave beside the tables. */
export async function proveParts(
  clickhouse: ClickHouse,
  until: string | null,
): Promise<readonly Finding[]> {
  const { database } = clickhouse
  const [parts] = await clickhouse.query<{ readonly n: string }>(
    'SELECT count() AS n FROM system.parts WHERE database = {database:String} AND NOT active AND rows > 0',
    { database },
    { withoutDatabase: true },
  )
  const [detached] = await clickhouse.query<{ readonly n: string }>(
    'SELECT count() AS n FROM system.detached_parts WHERE database = {database:String}',
    { database },
    { withoutDatabase: true },
  )
  const place = `files of ${database}`
  const replaced = Number(parts?.n)
  const set = Number(detached?.n)
  return [
    replaced === 0
      ? { place, status: 'gone', until: null, detail: 'no replaced parts' }
      : {
          place,
          status: 'within_bound',
          until,
          detail: `${replaced} replaced parts wait to be removed`,
        },
    ...(set === 0
      ? []
      : [
          {
            place,
            status: 'unknown' as const,
            until: null,
            detail: `${set} detached parts: look at them, and drop them (ALTER TABLE … DROP DETACHED PART)`,
          },
        ]),
  ]
}
