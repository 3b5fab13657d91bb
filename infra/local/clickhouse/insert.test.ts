import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/** What each file holds. */
const rowsIn = (directory: string): readonly string[] =>
  readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))

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

test('lines go inline, and what inline would cut off goes through a file that is empty afterwards', async () => {
  const at = temporary()
  const seen: [string, readonly string[]][] = []
  const { connection, inline } = recorded((sql) => seen.push([sql, rowsIn(at)]))
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
  expect(seen.map(([, rows]) => rows)).toEqual([['{}\n\n{}\n'], ['a']])
  expect(rowsIn(at)).toEqual([''])
})

test('a file is empty also when the engine refuses, and rows that a killed process left are gone at the next start', async () => {
  const at = temporary()
  writeFileSync(join(at, 'left'), 'somebody')
  const run = createInsert(at)
  expect(readdirSync(at)).toEqual([])
  const { connection } = recorded(() => {
    throw new Error('refused')
  })
  const insert = { sql: 'INSERT INTO t FORMAT CSV', format: 'CSV', data: Buffer.from('a\n') }
  await expect(run(connection, insert)).rejects.toThrow('refused')
  expect(rowsIn(at)).toEqual([''])
})

test('two at once never share a file', async () => {
  const at = temporary()
  const run = createInsert(at)
  const read: string[] = []
  const both = Promise.withResolvers<void>()
  const connection: EngineConnection = {
    ...recorded().connection,
    query: async (sql) => {
      const path = /file\('([^']+)'/.exec(sql)?.[1] ?? ''
      read.push(path)
      if (read.length === 2) both.resolve()
      await both.promise
      read.push(readFileSync(path, 'utf8'))
      return result
    },
  }
  const insert = async (data: string): Promise<EngineResult> =>
    run(connection, { sql: 'INSERT INTO t FORMAT CSV', format: 'CSV', data: Buffer.from(data) })
  await Promise.all([insert('a\n'), insert('b\n')])
  expect(new Set(read).size).toBe(4)
  expect(read.slice(2).toSorted()).toEqual(['a\n', 'b\n'])
})
