import type { ByteWriter } from './byte-writer.ts'
import type { ColumnType } from './parse-type.ts'
import { scalarOf, type WriteValue } from './write-value.ts'

/** Writes all values of a column; false: one is none of its type as we know it, and nothing may be made of it. */
export type WriteColumn = (writer: ByteWriter, values: readonly unknown[]) => boolean

/**
 * How a column of a type is written in ClickHouse's Native format; null: the type is not among those that rows have. A LowCardinality within
 * another type is written as what it holds, see `writtenType`.
 */
export function columnOf(type: ColumnType): WriteColumn | null {
  const [first, second] = type.args
  switch (type.name) {
    case 'LowCardinality':
      return first?.type.name === 'String' ? writeDictionary : null
    case 'Nullable':
      return first === undefined ? null : nullable(first.type)
    case 'Array':
      return first === undefined ? null : list(elementOf(first.type))
    case 'Map':
      return first === undefined || second === undefined
        ? null
        : map(elementOf(first.type), elementOf(second.type))
    case 'Tuple':
      return tuple(type)
    default: {
      const scalar = scalarOf(type)
      return scalar === null ? null : each(scalar.write)
    }
  }
}

/** As the block names the type that it has: the server makes the column's own of it. */
export const writtenType = (text: string): string =>
  text.startsWith('LowCardinality(')
    ? text
    : text.replaceAll(/LowCardinality\(((?:[^()]|\([^()]*\))*)\)/g, '$1')

function elementOf(type: ColumnType): WriteColumn | null {
  const [held] = type.args
  return type.name === 'LowCardinality'
    ? held === undefined
      ? null
      : columnOf(held.type)
    : columnOf(type)
}

const each =
  (write: WriteValue): WriteColumn =>
  (writer, values) => {
    for (let n = 0; n < values.length; n += 1) if (!write(writer, values[n])) return false
    return true
  }

/** Which are null, a byte each, then all values. */
function nullable(type: ColumnType): WriteColumn | null {
  const scalar = scalarOf(type)
  if (scalar === null) return null
  const { write, zero } = scalar
  return (writer, values) => {
    for (let n = 0; n < values.length; n += 1) writer.byte(values[n] === null ? 1 : 0)
    for (let n = 0; n < values.length; n += 1)
      if (!write(writer, values[n] === null ? zero : values[n])) return false
    return true
  }
}

/** Where each list ends, then the elements of all. */
function list(write: WriteColumn | null): WriteColumn | null {
  if (write === null) return null
  return (writer, values) => {
    const elements: unknown[] = []
    for (let n = 0; n < values.length; n += 1) {
      const value = values[n]
      if (!Array.isArray(value)) return false
      for (let at = 0; at < value.length; at += 1) elements.push(value[at])
      writer.int64(elements.length)
    }
    return write(writer, elements)
  }
}

/** As a list of pairs. */
function map(writeKeys: WriteColumn | null, writeValues: WriteColumn | null): WriteColumn | null {
  if (writeKeys === null || writeValues === null) return null
  return (writer, values) => {
    const keys: string[] = []
    const held: unknown[] = []
    for (let n = 0; n < values.length; n += 1) {
      const value = values[n]
      if (!isRecord(value)) return false
      for (const key of Object.keys(value)) {
        keys.push(key)
        held.push(value[key])
      }
      writer.int64(keys.length)
    }
    return writeKeys(writer, keys) && writeValues(writer, held)
  }
}

/** Element by element. A value is a list in their order, or an object with the names that the type has; either way every element is there. */
function tuple({ args }: ColumnType): WriteColumn | null {
  const elements: { readonly label: string | null; readonly write: WriteColumn }[] = []
  for (const { label, type } of args) {
    const write = elementOf(type)
    if (write === null) return null
    elements.push({ label, write })
  }
  return (writer, values) => {
    for (let n = 0; n < values.length; n += 1) {
      const value = values[n]
      if (!Array.isArray(value) ? !isRecord(value) : value.length !== elements.length) return false
    }
    return elements.every(({ label, write }, place) =>
      write(
        writer,
        values.map((value) => elementAt(value, place, label)),
      ),
    )
  }
}

function elementAt(value: unknown, place: number, label: string | null): unknown {
  if (Array.isArray(value)) return value[place]
  return isRecord(value) && label !== null ? value[label] : undefined
}

/** Of the format's versions of a dictionary the only one there is. */
const dictionaryVersion = 1
/** The block brings all of its keys, and they take the place of those of the block before it. */
const ownKeys = 0x600
const indexTypes = { uint8: 0, uint16: 1, uint32: 2 } as const

/** Each different text once, then which one each value is. */
const writeDictionary: WriteColumn = (writer, values) => {
  const places = new Map<string, number>()
  const indexes = new Uint32Array(values.length)
  let last: string | null = null
  let lastPlace = 0
  for (let n = 0; n < values.length; n += 1) {
    const value = values[n]
    if (typeof value !== 'string') return false
    if (value !== last) {
      let place = places.get(value)
      if (place === undefined) places.set(value, (place = places.size))
      last = value
      lastPlace = place
    }
    indexes[n] = lastPlace
  }
  writer.int64(dictionaryVersion)
  const type =
    places.size <= 0x100
      ? indexTypes.uint8
      : places.size <= 0x10000
        ? indexTypes.uint16
        : indexTypes.uint32
  writer.int64(ownKeys + type)
  writer.int64(places.size)
  for (const text of places.keys()) writer.text(text)
  writer.int64(values.length)
  for (let n = 0; n < indexes.length; n += 1) {
    const index = indexes[n] ?? 0
    if (type === indexTypes.uint8) writer.byte(index)
    else if (type === indexTypes.uint16) writer.uint16(index)
    else writer.uint32(index)
  }
  return true
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
