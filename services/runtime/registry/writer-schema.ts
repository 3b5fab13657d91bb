import { avscName } from './avsc-names.ts'

type Json = unknown
type Attributes = Readonly<Record<string, Json>>

/** The types whose values a logical type can be of; of others it is to be ignored, as the specification says. */
const underlying: Readonly<Record<string, (schema: Attributes) => boolean>> = {
  'timestamp-millis': ({ type }) => type === 'long',
  'timestamp-micros': ({ type }) => type === 'long',
  'timestamp-nanos': ({ type }) => type === 'long',
  'local-timestamp-millis': ({ type }) => type === 'long',
  'local-timestamp-micros': ({ type }) => type === 'long',
  'local-timestamp-nanos': ({ type }) => type === 'long',
  date: ({ type }) => type === 'int',
  decimal: ({ type, scale = 0 }) =>
    (type === 'bytes' || type === 'fixed') && Number.isInteger(scale) && Number(scale) >= 0,
  // As text it reads as it is.
  uuid: ({ type, size }) => type === 'fixed' && size === 16,
}

const primitives: ReadonlySet<Json> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

/**
 * A schema with nothing in it but what the bytes of its records depend on, names spelt as avsc takes them. Whoever wrote a record was content with the
 * rest: a default of another type, an alias or an order that avsc would refuse is none of the reader's business.
 */
export const writerSchema = (schema: Json): Json => simplify(schema, '')

function simplify(schema: Json, namespace: string): Json {
  if (typeof schema === 'string')
    return primitives.has(schema) ? schema : avscName(fullName(schema, namespace))
  if (Array.isArray(schema)) return schema.map((branch: Json) => simplify(branch, namespace))
  return isAttributes(schema) ? simplifyType(schema, namespace) : schema
}

function simplifyType(schema: Attributes, namespace: string): Json {
  const { fields, items, name, size, symbols, type, values } = schema
  const own = typeof name === 'string' ? fullName(name, ownNamespace(schema, namespace)) : undefined
  const named = own === undefined ? { type } : { type, name: avscName(own) }
  switch (type) {
    case 'record':
    case 'error': {
      const inside = own === undefined ? namespace : own.slice(0, Math.max(own.lastIndexOf('.'), 0))
      return { ...named, fields: listOf(fields, (field) => simplifyField(field, inside)) }
    }
    case 'enum':
      return { ...named, symbols: listOf(symbols, spelt) }
    case 'fixed':
      return { ...named, size, ...logicalOf(schema) }
    case 'array':
      return { type, items: simplify(items, namespace) }
    case 'map':
      return { type, values: simplify(values, namespace) }
    default:
      return primitives.has(type) ? { type, ...logicalOf(schema) } : simplify(type, namespace)
  }
}

const simplifyField = (field: Json, namespace: string): Json =>
  isAttributes(field)
    ? { name: spelt(field['name']), type: simplify(field['type'], namespace) }
    : field

function logicalOf(schema: Attributes): Attributes {
  const { logicalType, precision, scale } = schema
  if (typeof logicalType !== 'string' || underlying[logicalType]?.(schema) !== true) return {}
  return logicalType === 'decimal' ? { logicalType, precision, scale } : { logicalType }
}

const ownNamespace = ({ namespace }: Attributes, outside: string): string =>
  typeof namespace === 'string' ? namespace : outside

const fullName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`

const spelt = (name: Json): Json => (typeof name === 'string' ? avscName(name) : name)

const listOf = (list: Json, each: (item: Json) => Json): Json =>
  Array.isArray(list) ? list.map((item: Json) => each(item)) : list

const isAttributes = (value: Json): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
