import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import type { Erasure } from '../erasures.ts'
import { forgetJointReasons } from './joint-reasons.ts'
import type { Mutate } from './mutations.ts'
import { type ErasedLife, erasedLives, namesAtOnce, paramsOf, wholeLives } from './lives.ts'
import { rules, sweptTables, type TableRule, unsettledProfile } from './rules.ts'

/** Rows of one table. */
export interface TableCount {
  /** Rows of the erased. */
  readonly rows: number
  /** Rows of others that name the erased. */
  readonly named: number
}
export type TableCounts = Readonly<Record<string, TableCount>>

export interface SweptDatabase {
  readonly database: string
  readonly tables: TableCounts
  /** Their profiles still show something: the homes or owners have not come to the erasure. Left for the next sweep. */
  readonly unsettled: readonly FragmentId[]
}

/** How many rows of the erased lives there are, masked ones and replaced ones included. */
export async function countErased(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
): Promise<TableCounts> {
  const counts: Record<string, TableCount> = {}
  const tables = await tablesOf(clickhouse)
  if (tables.length === 0) return counts
  for (const chunk of chunks(erasures)) {
    const lives = await erasedLives(clickhouse, chunk)
    for (const table of tables) add(counts, table, await countRows(clickhouse, table, lives))
  }
  return counts
}

/** How many rows there are of people who were not erased. */
export async function countHeld(
  clickhouse: ClickHouse,
  fragments: readonly FragmentId[],
): Promise<TableCounts> {
  const counts: Record<string, TableCount> = {}
  const tables = await tablesOf(clickhouse)
  for (let from = 0; from < fragments.length; from += namesAtOnce) {
    const lives = wholeLives(fragments.slice(from, from + namesAtOnce))
    for (const table of tables) add(counts, table, await countRows(clickhouse, table, lives))
  }
  return counts
}

/**
 * Deletes every row of the erased lives for good, and takes their names out of rows of others: mutations, which write the parts anew. Repeatable;
 * a second run finds nothing, or what a flush that was under way has written since.
 */
export async function sweepDatabase(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
  mutate: Mutate,
): Promise<SweptDatabase> {
  const counts: Record<string, TableCount> = {}
  const unsettled: FragmentId[] = []
  const tables = await tablesOf(clickhouse)
  if (tables.length === 0) return { database: clickhouse.database, tables: counts, unsettled }
  for (const chunk of chunks(erasures)) {
    const all = await erasedLives(clickhouse, chunk)
    const late = new Set(await unsettledOf(clickhouse, all))
    unsettled.push(...late)
    const lives = all.filter(({ fragment }) => !late.has(fragment))
    if (lives.length === 0) continue
    await forgetJointReasons(clickhouse, lives, mutate)
    for (const table of tables) {
      const found = await countRows(clickhouse, table, lives)
      if (found.rows + found.named > 0) await forget(clickhouse, table, lives, mutate)
      add(counts, table, found)
    }
  }
  return { database: clickhouse.database, tables: counts, unsettled }
}

/** What a look at lives reads itself. */
const tablesNeeded = [
  'events',
  'identity_links',
  'profile_identifiers',
  'profiles',
] as const satisfies readonly TableName[]

/** A database that is being built or was left may be of another version, or without tables yet: then there is nothing to look for. */
async function tablesOf(clickhouse: ClickHouse): Promise<readonly TableName[]> {
  const rows = await clickhouse.query<{ readonly name: string }>(
    'SELECT name FROM system.tables WHERE database = {database:String}',
    { database: clickhouse.database },
    { withoutDatabase: true },
  )
  const there = new Set(rows.map(({ name }) => name))
  return tablesNeeded.every((table) => there.has(table))
    ? sweptTables.filter((table) => there.has(table))
    : []
}

async function countRows(
  clickhouse: ClickHouse,
  table: TableName,
  lives: readonly ErasedLife[],
): Promise<TableCount> {
  const { goes, scrub }: TableRule = rules[table]
  if (goes === null) return { rows: 0, named: 0 }
  const named = scrub === null ? '0' : `NOT (${goes}) AND (${scrub.where})`
  const [row] = await clickhouse.query<{ readonly rows: string; readonly named: string }>(
    `SELECT countIf(${goes}) AS rows, countIf(${named}) AS named FROM ${quoteName(table)} SETTINGS apply_deleted_mask = 0`,
    paramsOf(lives),
  )
  return { rows: Number(row?.rows ?? 0), named: Number(row?.named ?? 0) }
}

/** Links of the erased life that the linker still holds. */
export async function linksLeft(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
): Promise<number> {
  let left = 0
  for (const chunk of chunks(erasures)) {
    const [row] = await clickhouse.query<{ readonly n: string }>(
      `SELECT count() AS n FROM identity_links FINAL WHERE ${rules.identity_links.goes}`,
      paramsOf(await erasedLives(clickhouse, chunk)),
    )
    left += Number(row?.n ?? 0)
  }
  return left
}

async function forget(
  clickhouse: ClickHouse,
  table: TableName,
  lives: readonly ErasedLife[],
  mutate: Mutate,
): Promise<void> {
  const { goes, scrub }: TableRule = rules[table]
  const parts = [
    ...(goes === null ? [] : [`DELETE WHERE ${goes}`]),
    ...(scrub === null ? [] : [`UPDATE ${scrub.set} WHERE ${scrub.where}`]),
  ]
  await mutate(clickhouse, `ALTER TABLE ${quoteName(table)} ${parts.join(', ')}`, paramsOf(lives))
  // A deletion does not see rows that somebody's lightweight DELETE has masked: those go with their mask.
  const left = await countRows(clickhouse, table, lives)
  if (left.rows + left.named > 0)
    await mutate(clickhouse, `ALTER TABLE ${quoteName(table)} APPLY DELETED MASK`)
}

async function unsettledOf(
  clickhouse: ClickHouse,
  lives: readonly ErasedLife[],
): Promise<readonly FragmentId[]> {
  const rows = await clickhouse.query<{
    readonly profile_id: string
    readonly members: readonly FragmentId[]
  }>(`SELECT profile_id, members FROM profiles FINAL WHERE ${unsettledProfile}`, paramsOf(lives))
  const seen = new Set(rows.flatMap(({ members, profile_id }) => [...members, profile_id]))
  return lives
    .filter(({ fragment, profile }) => seen.has(fragment) || seen.has(profile))
    .map(({ fragment }) => fragment)
}

/** Identifiers of one command stay together: they say of each other when it was done. */
function* chunks(erasures: readonly Erasure[]): Generator<readonly Erasure[]> {
  const sorted = erasures.toSorted((a, b) => (a.commandId < b.commandId ? -1 : 1))
  for (let from = 0; from < sorted.length; from += namesAtOnce)
    yield sorted.slice(from, from + namesAtOnce)
}

function add(counts: Record<string, TableCount>, table: string, more: TableCount): void {
  const { rows, named } = counts[table] ?? { rows: 0, named: 0 }
  counts[table] = { rows: rows + more.rows, named: named + more.named }
}
