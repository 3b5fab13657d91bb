import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { Definitions } from '../verify/definitions.ts'
import type { StoredEvent } from '../verify/stored-event.ts'
import type { ExportColumns } from './export-columns.ts'
import { type AskedOf, personAtTimes } from './person-at-times.ts'
import { entitiesOf, givenToday, inSlice, type Slice, slicesOf, unknownRows } from './slice.ts'
import type { Staging } from './staging.ts'

/** Rows of the file at once; of their people one is in memory at a time. */
const rowsAtOnce = 500

export interface KnownNow {
  readonly columns: ExportColumns
  readonly byProfile: boolean
  readonly definition: CompiledDefinition
  readonly definitions: Definitions
  readonly rows: number
  readonly progress: (done: number, of: number) => void
}

interface AskedRow extends AskedOf {
  readonly profile_id: string
}

/**
 * The people of today, as the fold makes them of the events that had been received, and had happened, by each row's time. Segments are decided as after
 * a merge: by `enter`, as if nobody had been a member before.
 */
export async function exportKnownNow(
  clickhouse: ClickHouse,
  staging: Staging,
  options: KnownNow,
): Promise<void> {
  for (const slice of slicesOf(options.rows, rowsAtOnce)) {
    await exportSlice(clickhouse, staging, options, slice)
    options.progress(slice.to, options.rows)
  }
}

async function exportSlice(
  clickhouse: ClickHouse,
  staging: Staging,
  options: KnownNow,
  { from, to }: Slice,
): Promise<void> {
  const params = { from, to }
  await clickhouse.command(whoNow(staging, options.byProfile), { params })
  const asked = Map.groupBy(
    await clickhouse.query<AskedRow>(
      `SELECT row, at, profile_id FROM ${staging.people} WHERE ${inSlice} ORDER BY at`,
      params,
    ),
    ({ profile_id: id }) => id,
  )
  const given = await givenNow(clickhouse, staging, params)
  const lines: string[] = []
  const seen = new Set<string>()
  const person = async (id: string, events: readonly StoredEvent[]): Promise<void> => {
    seen.add(id)
    for (const version of new Set(events.map(({ definition }) => definition)))
      await options.definitions.load(version)
    const rows = personAtTimes(id, asked.get(id) ?? [], events, given.get(id) ?? [], options)
    lines.push(...rows.map((row) => `${JSON.stringify(row)}\n`))
  }
  let events: StoredEvent[] = []
  let current = ''
  for await (const event of clickhouse.stream<StoredEvent & { readonly owner: string }>(
    eventsOf(staging),
    params,
  )) {
    if (event.owner !== current && current !== '') {
      await person(current, events)
      events = []
    }
    current = event.owner
    events.push(event)
  }
  if (current !== '') await person(current, events)
  for (const id of asked.keys()) if (!seen.has(id)) await person(id, [])
  if (lines.length > 0)
    await clickhouse.insertLines(
      staging.rows,
      'JSONEachRow',
      [
        'row',
        'at',
        'profile_id',
        'updated_at',
        'given',
        'segments',
        ...options.columns.stored.map(({ name }) => name),
      ],
      Buffer.from(lines.join('')),
    )
  await clickhouse.command(unknownRows(staging), { params })
}

function whoNow(staging: Staging, byProfile: boolean): string {
  const asked = entitiesOf(staging, byProfile)
  return `INSERT INTO ${staging.people} (row, at, fragment_id, profile_id, version, updated_at, members)
    SELECT e.row, e.at, e.fragment_id, i.profile_id, 0, e.at, []
    FROM (${asked}) AS e
    INNER JOIN (
      SELECT fragment_id, profile_id, assigned_at FROM profile_identifiers FINAL WHERE fragment_id IN (SELECT fragment_id FROM (${asked}))
    ) AS i ON i.fragment_id = e.fragment_id`
}

async function givenNow(
  clickhouse: ClickHouse,
  { people }: Staging,
  params: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await clickhouse.query<{
    readonly profile_id: string
    readonly given: readonly string[]
  }>(
    `SELECT profile_id, ${givenToday}
     FROM profiles FINAL WHERE profile_id IN (SELECT profile_id FROM ${people} WHERE ${inSlice})`,
    params,
  )
  return new Map(rows.map(({ given, profile_id }) => [profile_id, given]))
}

/** Events of all that belongs to these people now, person by person; none of a life that was erased or has expired, swept or not. */
function eventsOf({ people }: Staging): string {
  const members = `SELECT fragment_id, profile_id, expired_at FROM profile_identifiers FINAL
    WHERE profile_id IN (SELECT profile_id FROM ${people} WHERE ${inSlice})`
  const fragments = `SELECT fragment_id FROM (${members})`
  return `SELECT e.*, toString(m.profile_id) AS owner
    FROM (
      SELECT * FROM events FINAL
      WHERE fragment_id IN (${fragments}) AND received_at <= (SELECT max(at) FROM ${people} WHERE ${inSlice})
    ) AS e
    INNER JOIN (${members}) AS m ON m.fragment_id = e.fragment_id
    LEFT JOIN (
      SELECT fragment_id, max(version) AS ended FROM profile_identifier_history
      WHERE deleted = 1 AND fragment_id IN (${fragments}) GROUP BY fragment_id
    ) AS d ON d.fragment_id = e.fragment_id
    WHERE e.received_at > m.expired_at AND e.version > d.ended
    ORDER BY owner SETTINGS ${withinPartitions}`
}
