import { describe, expect, test } from 'vitest'
import { compileReader, type SchemaReader } from './reader-schema.ts'

const readerOf = (schema: unknown, ...references: readonly unknown[]): SchemaReader =>
  compileReader({
    type: 'AVRO',
    text: JSON.stringify(schema),
    references: references.map((one) => JSON.stringify(one)),
  })

const recordOf = (...fields: readonly object[]): object => ({ type: 'record', name: 'R', fields })

/** What bytes say by a schema. */
const said = (
  schema: unknown,
  bytes: readonly number[],
  ...references: readonly unknown[]
): unknown => readerOf(schema, ...references).read(Buffer.from(bytes), 0)

const oneField = (name: string): object => ({
  type: 'record',
  name,
  fields: [{ name: 'v', type: 'int' }],
})

const logical = (type: string, logicalType: string, more: object = {}): object =>
  recordOf({ name: 'a', type: { type, logicalType, ...more } })

const value = (of: unknown): object => ({ ok: true, value: of })

describe('a schema that Java’s Avro wrote records by is read, whatever avsc would say of it', () => {
  test('a namespace and names that are none elsewhere', () => {
    const reader = readerOf({
      type: 'record',
      name: 'Envelope',
      namespace: 'my-shop.inventory.orders',
      fields: [
        {
          name: 'before',
          type: [
            'null',
            { type: 'record', name: 'Value', fields: [{ name: 'größe', type: 'int' }] },
          ],
        },
        { name: 'after', type: ['null', 'Value'] },
        { name: 'tributary_hex_61', type: 'my-shop.inventory.orders.Value' },
      ],
    })
    expect(reader.name).toBe('my-shop.inventory.orders.Envelope')
    expect(reader.read(Buffer.from([0, 2, 4, 6]), 0)).toEqual(
      value({ before: null, after: { größe: 2 }, tributary_hex_61: { größe: 3 } }),
    )
    expect(reader.read(Buffer.from([9]), 0)).toMatchObject({
      detail: 'the bytes are no my-shop.inventory.orders.Envelope',
    })
  })

  test('symbols of any spelling, also where a long makes the exact reader read', () => {
    const schema = recordOf(
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A-1', 'B C'], default: 'A-1' } },
      { name: 'n-o', type: 'long' },
    )
    expect(said(schema, [2, 2])).toEqual(value({ e: 'B C', 'n-o': 1 }))
    const large = [254, 255, 255, 255, 255, 255, 255, 255, 255, 1]
    expect(said(schema, [2, ...large])).toEqual(value({ e: 'B C', 'n-o': '9223372036854775807' }))
  })

  test('defaults of another type, which older registries took', () => {
    const schema = recordOf(
      { name: 'a', type: ['null', 'string'], default: 'null' },
      { name: 'b', type: 'long', default: '0' },
    )
    expect(said(schema, [0, 2])).toEqual(value({ a: null, b: 1 }))
  })

  test('references to types of another namespace and of none', () => {
    const inner = { type: 'record', name: 'Inner', namespace: '', fields: [] }
    const schema = {
      type: 'record',
      name: 'a.R',
      fields: [
        { name: 'x', type: 'b-b.X' },
        { name: 'y', type: inner },
        { name: 'z', type: { type: 'array', items: 'Y' } },
      ],
    }
    expect(said(schema, [2, 2, 4, 0], oneField('b-b.X'), oneField('a.Y'))).toEqual(
      value({ x: { v: 1 }, y: {}, z: [{ v: 2 }] }),
    )
  })
})

describe('logical types', () => {
  test('that the type below them can’t be are ignored', () => {
    expect(said(logical('string', 'timestamp-millis'), [2, 120])).toEqual(value({ a: 'x' }))
    expect(said(logical('int', 'decimal', { precision: 4 }), [10])).toEqual(value({ a: 5 }))
    expect(said(logical('bytes', 'decimal', { precision: 4, scale: -1 }), [2, 5])).toEqual(
      value({ a: 'BQ==' }),
    )
    expect(said(logical('string', 'uuid'), [2, 120])).toEqual(value({ a: 'x' }))
  })

  test('a UUID of sixteen bytes is its text', () => {
    const schema = recordOf({
      name: 'a',
      type: { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
    })
    const bytes = [...Buffer.from('f81d4fae7dec11d0a76500a0c91e6bf6', 'hex')]
    expect(said(schema, bytes)).toEqual(value({ a: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }))
  })

  test('a day beyond all calendars is not cut down to a year', () => {
    const schema = recordOf({ name: 'a', type: { type: 'int', logicalType: 'date' } })
    expect(said(schema, [254, 255, 255, 255, 15])).toEqual(value({ a: 2_147_483_647 * 86_400_000 }))
  })

  test('local times of nanoseconds have no zone either', () => {
    const schema = recordOf({
      name: 'a',
      type: { type: 'long', logicalType: 'local-timestamp-nanos' },
    })
    expect(said(schema, [128, 137, 122])).toEqual(value({ a: '1970-01-01T00:00:00.001' }))
  })
})
