/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import avro, { type Type } from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../event/event.ts'
import { guardCollections } from './guard-collections.ts'
import { plainLogicalTypes } from './logical-types.ts'
import { fastLong } from './longs.ts'
import { compilePlainReader } from './plain-reader.ts'
import { compileToPlain } from './plain-value.ts'

guardCollections()

const typeOf = (schema: object): Type =>
  avro.Type.forSchema(schema as never, {
    registry: { long: fastLong },
    wrapUnions: 'always',
    logicalTypes: plainLogicalTypes as never,
    omitRecordMethods: true,
  })

const scalars = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes']
const record = {
  type: 'record',
  name: 'Everything',
  namespace: 'acme',
  fields: [
    ...scalars.map((type) => ({ name: `a_${type}`, type })),
    { name: 'four', type: { type: 'fixed', name: 'Four', size: 4 } },
    { name: 'color', type: { type: 'enum', name: 'Color', symbols: ['red', 'blue'] } },
    { name: 'tags', type: { type: 'array', items: scalars } },
    { name: 'nothings', type: { type: 'array', items: 'null' } },
    { name: 'extra', type: { type: 'map', values: [...scalars, { type: 'array', items: 'int' }] } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'at_micros', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'local', type: { type: 'long', logicalType: 'local-timestamp-micros' } },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    { name: 'next', type: ['null', 'acme.Everything'] },
  ],
}
/** The same without what gives times and amounts a meaning, for values as they are written. */
const written = avro.Type.forSchema(record as never, { wrapUnions: 'always', logicalTypes: {} })

const type = typeOf(record)
const plain = compileToPlain(type)
const readPlain = compilePlainReader(type)
if (readPlain === null) throw new Error('the type is plain')

/** What avsc and the second walk make of the bytes; undefined: nothing. */
function asBefore(bytes: Buffer): JsonValue | undefined {
  try {
    const decoded: { value: unknown; offset: number } = type.decode(bytes, 0)
    return decoded.offset === bytes.length ? plain(decoded.value) : undefined
  } catch {
    return undefined
  }
}

const anyText = fc.oneof(
  { weight: 40, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 20, arbitrary: fc.constantFrom('', 'constructor', '1', '0', 'page_viewed') },
  { weight: 1, arbitrary: fc.constant('__proto__') },
)
const anyLong = fc.integer({ min: -(2 ** 50), max: 2 ** 50 })
const anyInt = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const anyBytes = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes))
const anyBranch = fc.oneof(
  fc.constant(null),
  fc.record({ boolean: fc.boolean() }),
  fc.record({ int: anyInt }),
  fc.record({ long: anyLong }),
  fc.record({ double: fc.double() }),
  fc.record({ string: anyText }),
  fc.record({ bytes: anyBytes }),
)
const anyValue = fc.letrec<{ value: object }>((tie) => ({
  value: fc.record({
    a_null: fc.constant(null),
    a_boolean: fc.boolean(),
    a_int: anyInt,
    a_long: anyLong,
    a_float: fc.float(),
    a_double: fc.double(),
    a_string: anyText,
    a_bytes: anyBytes,
    four: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    color: fc.constantFrom('red', 'blue'),
    tags: fc.array(anyBranch),
    nothings: fc.array(fc.constant(null), { maxLength: 3 }),
    extra: fc
      .array(fc.tuple(anyText, fc.oneof(anyBranch, fc.record({ array: fc.array(anyInt) }))))
      .map((entries) => Object.fromEntries(entries)),
    at: anyLong,
    at_micros: anyLong,
    local: anyLong,
    day: anyInt,
    price: anyBytes,
    next: fc.option(fc.record({ 'acme.Everything': tie('value') }), {
      nil: null,
      depthSize: 'small',
    }),
  }),
})).value

/** Whether a map of it has an entry of that name. */
const hasPrototype = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Buffer.isBuffer(value) &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototype))

test('reads what avsc reads, to the last value', () => {
  let direct = 0
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = written.toBuffer(value)
      const read = readPlain(bytes, 0)
      const isOdd = hasPrototype(value)
      if (!isOdd) direct += 1
      const expected = isOdd ? undefined : asBefore(bytes)
      expect(read).toEqual(expected)
      expect(JSON.stringify(read)).toBe(JSON.stringify(expected))
    }),
  )
  expect(direct).toBeGreaterThan(30)
})

test('leaves to avsc whatever is odd, and gives what it gives otherwise', () => {
  fc.assert(
    fc.property(
      anyValue,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      fc.integer({ min: -3, max: 3 }),
      (value, changes, more) => {
        const whole = written.toBuffer(value)
        const bytes = Buffer.alloc(Math.max(0, whole.length + more))
        whole.copy(bytes)
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
        const read = readPlain(bytes, 0)
        expect(read).toEqual(read === undefined ? undefined : asBefore(bytes))
      },
    ),
    { numRuns: 2000 },
  )
})

test('a name that an assignment would take for the prototype is left to avsc', () => {
  const field = { type: 'record', name: 'Odd', fields: [{ name: '__proto__', type: 'int' }] }
  expect(compilePlainReader(typeOf(field))).toBeNull()
  const map = typeOf({ type: 'map', values: 'int' })
  const key = Buffer.concat([Buffer.from([2, 18]), Buffer.from('__proto__'), Buffer.from([2, 0])])
  expect(compilePlainReader(map)?.(key, 0)).toBeUndefined()
})

test('more items than bytes are left to avsc, blocks taken together', () => {
  const nulls = compilePlainReader(typeOf({ type: 'array', items: 'null' }))
  expect(nulls?.(Buffer.from([4, 0]), 0)).toEqual([null, null])
  expect(nulls?.(Buffer.from([6, 0]), 0)).toBeUndefined()
  expect(nulls?.(Buffer.from([4, 4, 0]), 0)).toBeUndefined()
})

test('a word is read as it stands, though another one of its place was kept before', () => {
  const texts = compilePlainReader(typeOf({ type: 'array', items: 'string' }))
  const texter = avro.Type.forSchema({ type: 'array', items: 'string' })
  // First, middle and last unit are the same in all of them.
  const words = ['abcde', 'axcye', 'abcde', 'a\u00e9e', 'abcde', 'a\ufffde', 'axcye']
  for (const word of words) expect(texts?.(texter.toBuffer([word]), 0)).toEqual([word])
  const broken = Buffer.from([2, 10, 0x61, 0xff, 0x63, 0xfe, 0x65, 0])
  expect([1, 2].map(() => texts?.(broken, 0))).toEqual([['a\ufffdc\ufffde'], ['a\ufffdc\ufffde']])
})
