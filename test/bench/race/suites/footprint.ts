import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Member } from '../cpu.ts'

/** What so many profiles take: bytes. */
export interface Footprint {
  /** Resident memory of each process. */
  readonly memory: Readonly<Record<string, number>>
  /** State of the services, on disk. */
  readonly state: number
  /** Rows in ClickHouse as it has stored them by then, old versions that are not merged away included. */
  readonly clickhouse: Readonly<Record<string, number>>
}

export async function footprintOf(
  members: readonly Member[],
  stateDirectory: string,
  clickhouse: ClickHouse,
): Promise<Footprint> {
  const tables = await clickhouse.query<{ readonly table: string; readonly bytes: string }>(
    'SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY bytes DESC',
  )
  return {
    memory: Object.fromEntries(members.map(({ name, pid }) => [name, residentBytes(pid)])),
    state: bytesUnder(stateDirectory),
    clickhouse: Object.fromEntries(tables.map(({ bytes, table }) => [table, Number(bytes)])),
  }
}

/** Linux alone tells, in kilobytes. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

/** Blocks that are in use: a state's file is larger than what is in it. */
function bytesUnder(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).blocks * 512
  return bytes
}
