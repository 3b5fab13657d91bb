import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { EngineConnection, EngineResult } from './engine.ts'
import { createInsert } from './insert.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})
function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'tributary-insert-'))
  made.push(path)
  return path
}

const result: EngineResult = {
  bytes: new Uint8Array(0),
  rowsRead: 0,
  bytesRead: 0,
  rowsWritten: 1,
  bytesWritten: 0,
  elapsedSeconds: 0,
}

function recorded(query: (sql: string) => void = () => undefined) {
  const inline: string[] = []
  const connection: EngineConnection = {
    query: async (sql) => {
      query(sql)
      return Promise.resolve(result)
    },
    insert: async (sql) => {
      inline.push(sql)
      return Promise.resolve(result)
    },
    close: () => undefined,
  }
  return { connection, inline }
}

test('lines go inline, and what inline would cut off goes through a file that is gone afterwards', async () => {
  const at = temporary()
  const seen: [string, number][] = []
  const { connection, inline } = recorded((sql) => seen.push([sql, readdirSync(at).length]))
  const run = createInsert(at)
  await run(connection, {
    sql: 'INSERT INTO t FORMAT JSONEachRow',
    format: 'JSONEachRow',
    data: Buffer.from('{}\n{}\n'),
  })
  expect(inline).toEqual(['INSERT INTO t FORMAT JSONEachRow'])
  await run(connection, {
    sql: 'INSERT INTO t FORMAT JSONEachRow',
    format: 'JSONEachRow',
    data: Buffer.from('{}\n\n{}\n'),
  })
  await run(connection, {
    sql: 'INSERT INTO t (a) FORMAT RowBinary',
    format: 'RowBinary',
    data: Buffer.from('a'),
  })
  expect(inline).toHaveLength(1)
  expect(seen.map(([sql]) => sql.replace(/'[^']*\/[^']*'/, "'path'"))).toEqual([
    "INSERT INTO t SELECT * FROM file('path', 'JSONEachRow')",
    "INSERT INTO t (a) SELECT * FROM file('path', 'RowBinary')",
  ])
  expect(seen.map(([, files]) => files)).toEqual([1, 1])
  expect(readdirSync(at)).toEqual([])
})

test('a file is gone also when the engine refuses, and rows that a killed process left are gone at the next start', async () => {
  const at = temporary()
  writeFileSync(join(at, 'left'), 'somebody')
  const run = createInsert(at)
  expect(readdirSync(at)).toEqual([])
  const { connection } = recorded(() => {
    throw new Error('refused')
  })
  const insert = { sql: 'INSERT INTO t FORMAT CSV', format: 'CSV', data: Buffer.from('a\n') }
  await expect(run(connection, insert)).rejects.toThrow('refused')
  expect(readdirSync(at)).toEqual([])
})
