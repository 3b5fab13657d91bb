import { randomBytes } from 'node:crypto'
import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import type { ExportColumns } from './export-columns.ts'

/** Tables of one export, in ClickHouse as long as it runs: no answer has to lie in memory whole, here or there. */
export interface Staging extends AsyncDisposable {
  /** What was asked: a name per row. */
  readonly entities: string
  /** Who each row was by then, and the row of history that was known of them. */
  readonly people: string
  /** What is exported of each row. */
  readonly rows: string
}

const kept = `made_at DateTime DEFAULT now()`
/** What a killed export leaves goes by itself. */
const engine = 'ENGINE = MergeTree ORDER BY row TTL made_at + INTERVAL 1 DAY'

/** They are of the server that is asked, on no other of its cluster. */
export async function createStaging(
  clickhouse: ClickHouse,
  { stored }: ExportColumns,
): Promise<Staging> {
  await dropLeftovers(clickhouse)
  const name = `export_${randomBytes(6).toString('hex')}`
  const [entities, people, rows] = [`${name}_entities`, `${name}_people`, `${name}_rows`]
  await using undo = new AsyncDisposableStack()
  const make = async (table: string, columns: string): Promise<void> => {
    undo.defer(async () => clickhouse.command(`DROP TABLE IF EXISTS ${quoteName(table)} SYNC`))
    await clickhouse.command(`CREATE TABLE ${quoteName(table)} (${columns}, ${kept}) ${engine}`)
  }
  const row = `row UInt64, at DateTime64(3, 'UTC')`
  await make(entities, `${row}, fragment_id String, asked UUID`)
  await make(
    people,
    `${row}, fragment_id String, profile_id UUID, version UInt64, updated_at DateTime64(3, 'UTC'), members Array(String)`,
  )
  const values = stored.map((column) => `, ${quoteName(column.name)} ${column.type}`).join('')
  await make(
    rows,
    `${row}, profile_id Nullable(UUID), updated_at Nullable(DateTime64(3, 'UTC')), given Array(String), segments Array(String)${values}`,
  )
  const owned = undo.move()
  return { entities, people, rows, [Symbol.asyncDispose]: async () => owned.disposeAsync() }
}

async function dropLeftovers(clickhouse: ClickHouse): Promise<void> {
  const old = await clickhouse.query<{ readonly name: string }>(
    `SELECT name FROM system.tables WHERE database = {database:String} AND match(name, '^export_[0-9a-f]{12}_(entities|people|rows)$')
       AND metadata_modification_time < now() - INTERVAL 1 DAY`,
    { database: clickhouse.database },
  )
  for (const { name } of old)
    await clickhouse.command(`DROP TABLE IF EXISTS ${quoteName(name)} SYNC`)
}
