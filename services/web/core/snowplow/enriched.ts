import {
  asList,
  type Fields,
  isFields,
  isSafeName,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'

/** An enriched event with what describes itself taken apart. */
export interface Enriched {
  /** The columns by name; beside them, in the SDK's JSON, what describes itself. */
  readonly columns: Fields
  /** What the self-describing event says; empty for one of the five that have columns of their own. */
  readonly data: Fields
  /** Entities by the name of their column in the SDK's JSON (`contexts_com_acme_user_1`). */
  readonly entities: ReadonlyMap<string, readonly Fields[]>
  /** The same by the schema's name, whatever its version (`com_acme_user`). */
  readonly schemas: ReadonlyMap<string, readonly Fields[]>
}

const iglu = /^iglu:([\w.-]{1,256})\/([\w.-]{1,256})\/[\w-]{1,64}\/(\d{1,6})-\d{1,6}-\d{1,6}$/

/** The part of a column's name that a schema gives, as the Analytics SDK writes it: `com_acme_my_user_1` of `iglu:com.acme/myUser/…`. */
function writeColumn(schema: string): string | undefined {
  const match = iglu.exec(schema)
  if (!match) return undefined
  const [, vendor = '', name = '', model = ''] = match
  const snake = name.replaceAll(/[.-]/g, '_').replaceAll(/([^A-Z_])([A-Z])/g, '$1_$2')
  return `${vendor.replaceAll(/[.-]/g, '_')}_${snake}_${model}`.toLowerCase()
}

/** Schemas are few and come with each event. */
const knownMax = 2000
const knownColumns = new Map<string, string | undefined>()

function columnOf(schema: string): string | undefined {
  if (knownColumns.has(schema)) return knownColumns.get(schema)
  const column = writeColumn(schema)
  if (knownColumns.size >= knownMax) knownColumns.clear()
  if (schema.length < 300) knownColumns.set(schema, column)
  return column
}

/** Text of a line's column is JSON; the SDK's JSON has the object itself. */
function describedIn(
  columns: Fields,
  name: string,
): { readonly described: Fields | undefined } | Rejection {
  const value = own(columns, name)
  if (value === undefined || value === null || value === '') return { described: undefined }
  if (isFields(value)) return { described: value }
  try {
    const read: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (isFields(read)) return { described: read }
  } catch {
    // Said below.
  }
  return reject('invalid_field', `${name} is no JSON object`)
}

const contextPrefix = 'contexts_'
const eventPrefix = 'unstruct_event_'
const noData: Fields = {}

type Entities = Map<string, Fields[]>

function addEntity(entities: Entities, column: string, data: Fields): void {
  const list = entities.get(column)
  if (list) list.push(data)
  else entities.set(column, [data])
}

/** `{schema, data: [{schema, data}]}`. */
function addDescribed(entities: Entities, described: Fields | undefined): void {
  for (const entity of (described && asList(own(described, 'data'))) ?? []) {
    if (!isFields(entity)) continue
    const column = columnOf(ownText(entity, 'schema') ?? '')
    const data = ownFields(entity, 'data')
    if (column !== undefined && data) addEntity(entities, `${contextPrefix}${column}`, data)
  }
}

/** The columns of the SDK's JSON, one for each schema. */
function addShredded(entities: Entities, columns: Fields): Fields | undefined {
  let data: Fields | undefined
  for (const name of Object.keys(columns)) {
    if (name.startsWith(contextPrefix) && isSafeName(name)) {
      for (const entity of asList(columns[name]) ?? [])
        if (isFields(entity)) addEntity(entities, name, entity)
    } else if (name.startsWith(eventPrefix)) data ??= ownFields(columns, name)
  }
  return data
}

const version = /_\d+$/

function bySchema(entities: Entities): ReadonlyMap<string, readonly Fields[]> {
  const schemas = new Map<string, readonly Fields[]>()
  for (const [column, list] of entities) {
    const schema = column.slice(contextPrefix.length).replace(version, '')
    const earlier = schemas.get(schema)
    schemas.set(schema, earlier ? [...earlier, ...list] : list)
  }
  return schemas
}

export function readEnriched(columns: Fields): Enriched | Rejection {
  const event = describedIn(columns, 'unstruct_event')
  if ('reject' in event) return event
  const entities: Entities = new Map()
  for (const name of ['contexts', 'derived_contexts']) {
    const context = describedIn(columns, name)
    if ('reject' in context) return context
    addDescribed(entities, context.described)
  }
  const shredded = addShredded(entities, columns)
  const inner = event.described && ownFields(event.described, 'data')
  const data = (inner && ownFields(inner, 'data')) ?? shredded ?? noData
  return { columns, data, entities, schemas: bySchema(entities) }
}

const none: readonly Fields[] = []

/** Entities of one schema, by its name without its version (`com_acme_user`). */
export const entitiesOf = ({ schemas }: Enriched, schema: string): readonly Fields[] =>
  schemas.get(schema) ?? none

/** The first entity of a schema; most come once. */
export const entityOf = ({ schemas }: Enriched, schema: string): Fields | undefined =>
  schemas.get(schema)?.[0]
