import { describe, expect, it } from 'vitest'
import { dataOffset, shapeOf } from './statement.ts'

describe('the shape of a statement', () => {
  it('tells an INSERT with rows in a format from one that brings its own values', () => {
    expect(shapeOf('INSERT INTO t (a, `b c`) SETTINGS x=1 FORMAT RowBinary').insertFormat).toBe(
      'RowBinary',
    )
    expect(shapeOf('insert into t format JSONEachRow').insertFormat).toBe('JSONEachRow')
    expect(shapeOf("INSERT INTO t VALUES ('FORMAT x')").insertFormat).toBeNull()
    expect(shapeOf('INSERT INTO t SELECT * FROM u').insertFormat).toBeNull()
    expect(shapeOf('INSERT INTO t FORMAT Values').insertFormat).toBeNull()
  })

  it('finds a second statement, but no semicolon inside a literal, a name or a comment', () => {
    expect(shapeOf('SELECT 1; SELECT 2').several).toBe(true)
    expect(shapeOf("SELECT 1; -- it's done\n").several).toBe(false)
    expect(shapeOf("SELECT ';' AS `a;b`, \"c;d\", 'it''s \\'; x' /* ; y */;").several).toBe(false)
  })

  it('names the format of the answer only where the statement ends with one', () => {
    expect(shapeOf('SELECT 1 FORMAT CSV').outputFormat).toBe('CSV')
    expect(shapeOf('SELECT 1 FORMAT JSONEachRow;\n').outputFormat).toBe('JSONEachRow')
    expect(shapeOf("SELECT 'x FORMAT CSV'").outputFormat).toBeNull()
    expect(shapeOf('INSERT INTO t FORMAT CSV').outputFormat).toBeNull()
  })

  it('finds where the rows begin when they follow in the same text', () => {
    const head = 'INSERT INTO t FORMAT JSONEachRow'
    expect(dataOffset(`${head}\n{"a":"FORMAT CSV"}`)).toBe(head.length)
    expect(dataOffset('SELECT 1 FORMAT CSV')).toBeNull()
  })
})
