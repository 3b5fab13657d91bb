import { expect, test } from 'vitest'
import { tableKeys, tableNames } from '#schemas/clickhouse/keys.ts'
import { fillIn, parseMigration, readMigrations } from './migration-files.ts'

const target = { database: 'crm', cluster: null, engine: 'ReplacingMergeTree' } as const

test('placeholders are filled in, parameters of views are left alone', () => {
  expect(fillIn('{database}.t {cluster} {engine}(v) {at:DateTime64(3)}', target)).toBe(
    'crm.t  ReplacingMergeTree(v) {at:DateTime64(3)}',
  )
})

test('on a cluster everything is created ON CLUSTER', () => {
  expect(fillIn('CREATE TABLE t {cluster}', { ...target, cluster: 'main' })).toBe(
    "CREATE TABLE t ON CLUSTER 'main'",
  )
})

test('statements end at a semicolon that ends a line', () => {
  const { statements } = parseMigration('0001_x.sql', "SELECT 'a; b';\nSELECT 2;\n")
  expect(statements).toEqual(["SELECT 'a; b'", 'SELECT 2'])
})

test('every statement may run twice', () => {
  for (const { statements } of readMigrations()) {
    for (const statement of statements) {
      expect(statement).toMatch(/IF NOT EXISTS|CREATE OR REPLACE VIEW|IF EXISTS|MODIFY SETTING/)
    }
  }
})

test('every table of the row types is made, sorted by its declared key', () => {
  const text = readMigrations()
    .flatMap(({ statements }) => statements)
    .map((statement) => statement.replaceAll('`', ''))
  for (const table of tableNames) {
    const statement = text.find((one) => one.includes(`TABLE IF NOT EXISTS {database}.${table} `))
    const changed = text.find(
      (one) => one.includes(`ALTER TABLE {database}.${table} `) && one.includes('MODIFY ORDER BY'),
    )
    const [, key] = /^(?: {4}MODIFY )?ORDER BY \(?(.*?)\)?$/m.exec(changed ?? statement ?? '') ?? []
    expect({ table, key }).toEqual({ table, key: tableKeys[table].join(', ') })
  }
})

test('no partition but of the key, or of what never changes in a row', () => {
  const partitions = readMigrations()
    .flatMap(({ statements }) => statements)
    .flatMap((statement) => {
      const column = /^PARTITION BY toYYYYMM\((\w+)\)$/m.exec(statement)?.[1]
      if (column === undefined) return /^PARTITION BY .*$/m.exec(statement) ?? []
      const [, key = ''] = /^ORDER BY \(?(.*?)\)?$/m.exec(statement) ?? []
      return key.split(', ').includes(column) ? [] : [column]
    })
  expect(new Set(partitions)).toEqual(new Set(['received_at']))
})
