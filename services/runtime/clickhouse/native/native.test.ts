import { describe, expect, test } from 'vitest'
import { ByteWriter } from './byte-writer.ts'
import { encodeBlock } from './encode-block.ts'
import { isoMs } from './iso-ms.ts'
import { parseType } from './parse-type.ts'
import { decimalTicks } from './decimal.ts'

/** What a column of these values is behind its name and type, after the numbers of columns and rows. */
function encodeAll(type: string, values: readonly unknown[], written = type): string | null {
  const rows = values.map((value) => ({ c: value }))
  const block = encodeBlock(rows, ['c'], new Map([['c', type]]))
  if (block === null) return null
  const head = new ByteWriter(64)
  head.varint(1)
  head.varint(values.length)
  head.text('c')
  head.text(written)
  const bytes = head.taken()
  expect(block.subarray(0, bytes.length)).toEqual(bytes)
  return block.subarray(bytes.length).toString('hex')
}
const encode = (type: string, value: unknown): string | null => encodeAll(type, [value])

const count = (of: number): string => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(of))
  return bytes.toString('hex')
}
/** Version, own keys with the type of their places, and how many keys there are. */
const dictionary = (placeType: number, keys: number): string =>
  count(1) + count(0x600 + placeType) + count(keys)

describe('a value is the bytes that ClickHouse reads', () => {
  // What `SELECT … FORMAT Native` of ClickHouse 26.7 gave for the same values.
  test.each([
    ['String', 'äb', '03c3a462'],
    ['LowCardinality(String)', '', `${dictionary(0, 1)}00${count(1)}00`],
    ['UUID', '00112233-4455-6677-8899-aabbccddeeff', '7766554433221100ffeeddccbbaa9988'],
    ['UInt8', 255, 'ff'],
    ['UInt16', 258, '0201'],
    ['UInt32', 4294967295, 'ffffffff'],
    ['UInt64', '18446744073709551615', 'ffffffffffffffff'],
    ['UInt64', 4294967296, '0000000001000000'],
    ['Int32', -2, 'feffffff'],
    ['Int64', -4294967297, 'fffffffffeffffff'],
    ['Float64', -1.5, '000000000000f8bf'],
    ['Bool', true, '01'],
    ["DateTime64(3, 'UTC')", '2026-11-29T15:44:15.123Z', '1375fa27a2010000'],
    ["DateTime64(3, 'UTC')", -1, 'ffffffffffffffff'],
    ["DateTime('UTC')", '1970-01-01T00:01:00.000Z', '3c000000'],
    ['Decimal(18, 4)', '-12.5', 'b817feffffffffff'],
    ['Nullable(UInt8)', null, '0100'],
    ['Nullable(UInt8)', 7, '0007'],
    ['Array(UInt8)', [1, 2], '02000000000000000102'],
    ['Map(String, UInt8)', { a: 1 }, '0100000000000000016101'],
    ['Tuple(a String, b UInt8)', ['x', 3], '017803'],
    ['Tuple(\n    a String,\n    b UInt8)', ['x', 3], '017803'],
    ['Tuple(a String, b UInt8)', { b: 3, a: 'x' }, '017803'],
    [
      'Array(Tuple(`from` String, b Nullable(Float64)))',
      [['y', null]],
      '01000000000000000179010000000000000000',
    ],
  ])('%s of %j', (type, value, hex) => {
    expect(encode(type, value)).toBe(hex)
  })

  test('a column has what says where values are before all of the values', () => {
    expect(encodeAll('Nullable(UInt8)', [7, null, 8])).toBe('000100070008')
    expect(encodeAll('Array(UInt8)', [[1, 2], [], [3]])).toBe(
      `${count(2)}${count(2)}${count(3)}010203`,
    )
    expect(encodeAll('Map(String, UInt8)', [{}, { a: 1, b: 2 }])).toBe(
      `${count(0)}${count(2)}016101620102`,
    )
    expect(encodeAll('Tuple(a String, b UInt8)', [['x', 1], { b: 2, a: 'y' }])).toBe('017801790102')
  })

  test('a dictionary has each text once', () => {
    expect(encodeAll('LowCardinality(String)', ['b', 'a', 'b'])).toBe(
      `${dictionary(0, 2)}01620161${count(3)}000100`,
    )
    const many = Array.from({ length: 300 }, (_, n) => String(n))
    expect(encodeAll('LowCardinality(String)', many)?.endsWith('2a012b01')).toBe(true)
    const most = Array.from({ length: 65_537 }, (_, n) => String(n))
    expect(encodeAll('LowCardinality(String)', most)?.endsWith('ffff000000000100')).toBe(true)
  })

  test('within another type it is what it holds, and named so', () => {
    expect(
      encodeAll(
        'Map(LowCardinality(String), Tuple(at UInt8, who LowCardinality(String)))',
        [{ a: [1, 'x'] }],
        'Map(String, Tuple(at UInt8, who String))',
      ),
    ).toBe(`${count(1)}0161010178`)
    expect(encode('LowCardinality(UInt8)', 1)).toBeNull()
  })

  test('texts longer than one byte can say, and longer than the buffer', () => {
    const text = 'é'.repeat(100_000)
    const bytes = Buffer.from(encode('String', text) ?? '', 'hex')
    expect(bytes.subarray(0, 3).toString('hex')).toBe('c09a0c')
    expect(bytes.subarray(3).toString()).toBe(text)
  })

  // Where another number of bytes says the size, by length or by what a character takes.
  test.each([
    ['a', 64],
    ['a', 65],
    ['é', 64],
    ['a', 127],
    ['€', 127],
    ['a', 128],
    ['€', 128],
    ['a', 5460],
    ['€', 5460],
    ['€', 5461],
    ['€', 5462],
    ['\u{1F600}', 2730],
    ['a', 16_383],
    ['a', 16_384],
  ])('%s %i times', (character, times) => {
    const text = character.repeat(times)
    const after = new ByteWriter(1)
    after.text(text)
    after.byte(7)
    const bytes = after.taken()
    const size = Buffer.byteLength(text)
    const digits = size < 128 ? 1 : size < 16_384 ? 2 : 3
    const said = [...bytes.subarray(0, digits)].reduce(
      (sum, byte, n) => sum + (byte & 127) * 128 ** n,
      0,
    )
    expect([said, bytes.length, bytes.at(-1)]).toEqual([size, digits + size + 1, 7])
    expect(bytes.subarray(digits, -1).toString()).toBe(text)
  })
})

test.each([
  ['String', 1],
  ['UUID', '00112233-4455-6677-8899-aabbccddeefg'],
  ['UUID', '001122334455-6677-8899-aabbccddeeff-'],
  ['UUID', '00112233-4455-6677-8899-aabbccddee\u0661f'],
  ['UInt8', 256],
  ['UInt8', true],
  ['UInt64', -1],
  ['UInt64', '18446744073709551616'],
  ['UInt64', '1e3'],
  ['Int64', 2 ** 60],
  ['Float64', Number.NaN],
  ['Float64', '1.5'],
  ["DateTime64(3, 'UTC')", 'yesterday'],
  ["DateTime64(3, 'UTC')", '2026-02-31T00:00:00.000Z'],
  ["DateTime64(3, 'UTC')", '2026-02-28T24:00:00.000Z'],
  ["DateTime64(3, 'UTC')", '2026-02-28T23:00:00.0x0Z'],
  ["DateTime64(3, 'UTC')", '20 6-02-28T23:00:00.000Z'],
  ["DateTime64(6, 'UTC')", 0],
  ['Decimal(18, 4)', '1.23456'],
  ['Decimal(18, 4)', '123456789012345.5'],
  ['Decimal(38, 4)', '1'],
  ['Array(UInt8)', [1, null]],
  ['Tuple(a String, b UInt8)', ['x']],
  ['Tuple(a String, b UInt8)', { a: 'x' }],
  ['Nullable(UInt8)', undefined],
  ["Enum8('a' = 1)", 'a'],
  ['Map(String', {}],
])('what is no %s is left to the server: %j', (type, value) => {
  expect(encode(type, value)).toBeNull()
})

test('rows that differ in their columns, and columns that the table has not, are left to the server', () => {
  const types = new Map([
    ['a', 'UInt8'],
    ['b', 'UInt8'],
  ])
  expect(encodeBlock([{ a: 1, b: 2 }, { a: 1 }], ['a', 'b'], types)).toBeNull()
  expect(
    encodeBlock(
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      ['a', 'b'],
      types,
    ),
  ).toBeNull()
  expect(encodeBlock([{ a: 1, c: 2 }], ['a', 'c'], types)).toBeNull()
})

test('names and types stand before their columns', () => {
  const types = new Map([
    ['a', 'UInt8'],
    ['b', 'String'],
  ])
  const rows = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]
  const block = encodeBlock(rows, ['a', 'b'], types)
  expect(block?.toString('latin1')).toBe(
    '\u0002\u0002\u0001a\u0005UInt8\u0001\u0002\u0001b\u0006String\u0001x\u0001y',
  )
  // Also behind more rows, of which nothing is left.
  encodeBlock([...rows, ...rows], ['a', 'b'], types)
  expect(encodeBlock(rows, ['a', 'b'], types)).toEqual(block)
})

test('types are read as system.columns writes them', () => {
  expect(parseType("Map(LowCardinality(String), Tuple(at DateTime64(3, 'UTC'), n UInt8))")).toEqual(
    {
      name: 'Map',
      args: [
        {
          label: null,
          type: {
            name: 'LowCardinality',
            args: [{ label: null, type: { name: 'String', args: [] } }],
          },
        },
        {
          label: null,
          type: {
            name: 'Tuple',
            args: [
              {
                label: 'at',
                type: {
                  name: 'DateTime64',
                  args: [
                    { label: null, type: { name: '3', args: [] } },
                    { label: null, type: { name: "'UTC'", args: [] } },
                  ],
                },
              },
              { label: 'n', type: { name: 'UInt8', args: [] } },
            ],
          },
        },
      ],
    },
  )
  for (const broken of ['', 'A(', 'A)', 'A(B', 'A(,)', 'A B', 'A(B))', '(']) {
    expect(parseType(broken)).toBeNull()
  }
})

test('times are those of Date for every day of four centuries, and nothing else is one', () => {
  for (let at = Date.UTC(1900, 0, 1) + 1; at < Date.UTC(2300, 0, 1); at += 863_997_771) {
    expect(isoMs(new Date(at).toISOString())).toBe(at)
  }
  for (const text of [
    '2026-11-29T15:44:15Z',
    '2026-11-29 15:44:15.123Z',
    '2026-13-01T00:00:00.000Z',
  ])
    expect(isoMs(text)).toBeNull()
})

test('what is no time is none whichever time was read before it', () => {
  const broken = [
    '2026-x1-22',
    '2026-1x-22',
    '2026-11-x2',
    '2026-11-2x',
    '202x-11-22',
    '2026-11-31',
  ]
  for (let year = 2000; year < 3100; year += 1)
    for (const day of ['01-12', '05-22', '11-02', '11-22', '12-02']) {
      isoMs(`${year}-${day}T00:00:00.000Z`)
      for (const date of broken) expect(isoMs(`${date}T00:00:00.000Z`)).toBeNull()
    }
})

test('decimals are counted in their last place', () => {
  expect(decimalTicks('0.0001', 4)).toBe(1n)
  expect(decimalTicks('-7', 4)).toBe(-70_000n)
  for (const text of ['', '.5', '1.', '1e3', '+1', ' 1', '1.00000'])
    expect(decimalTicks(text, 4)).toBeNull()
})

test('a writer grows, and what was taken is not changed by what comes after', () => {
  const writer = new ByteWriter(1)
  for (let n = 0; n < 100; n++) writer.varint(n)
  const first = writer.taken()
  writer.reset()
  for (let n = 0; n < 200; n++) writer.byte(255)
  expect([...first]).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(writer.taken().every((byte) => byte === 255)).toBe(true)
})
