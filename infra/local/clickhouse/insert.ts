import { mkdirSync, rmSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineConnection, EngineResult } from './engine.ts'

/** An INSERT whose rows follow in a format. */
export interface Insert {
  /** Up to and with the name of the format. */
  readonly sql: string
  readonly format: string
  readonly data: Buffer
}

export type RunInsert = (connection: EngineConnection, insert: Insert) => Promise<EngineResult>

/** Formats whose rows are lines with no line feed inside of a value. */
const lines: ReadonlySet<string> = new Set(['JSONEachRow', 'JSONCompactEachRow'])
const blankLine = '\n\n'

/**
 * Hands rows to the engine. Given inline they end for it at the first blank line, whatever the format, and what comes behind is dropped in
 * silence; so everything but lines without one goes through a file, which the engine reads as a server reads a body. Files are emptied at once
 * and used again: to make one costs a file system more than to fill it. `directory` is emptied first: a process that was killed leaves rows behind.
 */
export function createInsert(directory: string): RunInsert {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const free: string[] = []
  let made = 0
  return async (connection, { sql, format, data }) => {
    if (lines.has(format) && !data.includes(blankLine)) return connection.insert(sql, data)
    const path = free.pop() ?? join(directory, String(made++))
    try {
      await writeFile(path, data, { mode: 0o600 })
      return await connection.query(fromFile(sql, format, path), 'Null')
    } finally {
      await truncate(path, 0)
      free.push(path)
    }
  }
}

/** `INSERT INTO t (a) FORMAT F` as a SELECT from a file: of the table's own columns and types, as with a body. */
export function fromFile(sql: string, format: string, path: string): string {
  const head = sql.slice(0, sql.length - format.length).replace(/\bFORMAT\s+$/i, '')
  const quoted = path.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  return `${head}SELECT * FROM file('${quoted}', '${format}')`
}
