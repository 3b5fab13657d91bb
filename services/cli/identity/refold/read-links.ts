import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import {
  type DefinitionVersion,
  definitionVersion,
  type EpochMs,
  epochMs,
} from '#runtime/event/ids.ts'
import type { LinkLog } from './closure.ts'
import { type LinkLogRow, type LoggedRecord, loggedRecord } from './logged-record.ts'

const columns = `offset, link_id, kind, fate, at, clock, policy, identifiers, blocked, event_id, event_key, source, event_type,
  occurred_at, received_at, reason`

/** The decision log as ClickHouse has it. */
export const createLinkLog = (clickhouse: ClickHouse): LinkLog => ({
  async naming(ids, max) {
    const rows = await clickhouse.query<LinkLogRow>(
      `SELECT ${columns} FROM identity_links FINAL
       WHERE hasAny(identifiers, {ids:Array(String)}) ORDER BY offset LIMIT {max:UInt32}`,
      { ids, max },
    )
    return rows.map(loggedRecord)
  },
})

/** A link or a command by its id; null: there is none. */
export async function recordOfId(
  clickhouse: ClickHouse,
  linkId: string,
): Promise<LoggedRecord | null> {
  const [row] = await clickhouse.query<LinkLogRow>(
    `SELECT ${columns} FROM identity_links FINAL WHERE link_id = {linkId:String} ORDER BY offset LIMIT 1`,
    { linkId },
  )
  return row === undefined ? null : loggedRecord(row)
}

/** A command that was given under one id, in as many parts as it took; none: there is none. */
export async function commandsOfId(
  clickhouse: ClickHouse,
  linkId: string,
): Promise<readonly LoggedRecord[]> {
  const rows = await clickhouse.query<LinkLogRow>(
    `SELECT ${columns} FROM identity_links FINAL
     WHERE link_id = {linkId:String} OR startsWith(link_id, {parts:String}) ORDER BY offset`,
    { linkId, parts: `${linkId}.` },
  )
  return rows.map(loggedRecord)
}

/** How far the linker has come, as far as ClickHouse was told. */
export interface LinkerAsOf {
  readonly offset: number
  readonly clock: EpochMs
  readonly policy: DefinitionVersion | null
}

/** null: it has decided upon nothing yet. */
export async function linkerAsOf(clickhouse: ClickHouse): Promise<LinkerAsOf | null> {
  const [row] = await clickhouse.query<{
    readonly offset: string
    readonly at: string
    readonly clock: string
    readonly policy: string | null
  }>('SELECT offset, at, clock, policy FROM identity_links FINAL ORDER BY offset DESC LIMIT 1')
  if (row === undefined) return null
  return {
    offset: Number(row.offset),
    clock: epochMs(Math.max(Date.parse(row.at), Date.parse(row.clock))),
    policy: row.policy === null ? null : definitionVersion(Number(row.policy)),
  }
}
