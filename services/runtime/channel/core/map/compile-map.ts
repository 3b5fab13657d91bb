import type {
  ConsentMapping,
  PropertyMapping,
  SourceMap,
  TraitMapping,
} from '../../../definition/map-schema.ts'
import type { ConsentState, JsonValue, Scalar } from '../../../event/event.ts'
import { type EventType, isEventType } from '../../../event/vocabulary.ts'
import { readConsent } from '../consent.ts'
import { type Copier, idText, isRejection, isScalar } from '../fields.ts'
import { type EventDraft, type RawIdentifier, type Rejection, reject } from '../outcome.ts'
import { type Clock, readClock } from '../time.ts'
import { detached } from '../../../recent/detached.ts'
import { createKnown } from '../../../recent/known.ts'
import { type CellType, readCell } from './cells.ts'
import { compilePath } from './path.ts'

interface CopierSource {
  /** A fresh copier for one event. */
  copier(): Copier
}

/** A `map` of the pipeline file, ready to read records. */
export interface CompiledMap {
  /** The entries of one record: a record may be a list, or hold one. */
  split(record: unknown): readonly unknown[] | Rejection
  draft(entry: unknown, context: CopierSource): EventDraft | Rejection
}

interface MeantType {
  readonly type: EventType
  readonly unknown: string | null
}

const asType = (text: string): MeantType =>
  isEventType(text)
    ? { type: text, unknown: null }
    : { type: `custom:${text.slice(0, 128)}`, unknown: text }

function compileType(mapping: SourceMap['type']): (entry: unknown) => MeantType | Rejection {
  if (typeof mapping === 'object' && 'const' in mapping) {
    const constant = asType(mapping.const)
    return () => constant
  }
  const path = typeof mapping === 'string' ? mapping : mapping.field
  const table = new Map(typeof mapping === 'string' ? [] : Object.entries(mapping.table))
  const read = compilePath(path)
  return (entry) => {
    const text = idText(read(entry), path)
    if (isRejection(text)) return text
    if (text === undefined) return reject('missing_field', path)
    const meant = table.get(text) ?? table.get(text.trim())
    return meant === undefined ? asType(text.trim()) : asType(meant)
  }
}

/** Of one map. */
export const timesMax = 4096

/** Times in text repeat (days, above all), and reading one with its zone is slow. */
function compileTime(
  mapping: SourceMap['occurred_at'],
  timeZone: string,
): (entry: unknown) => Clock | null | Rejection {
  // Whose records carry the time beside the row (Debezium) fills it in.
  if (mapping === undefined) return () => null
  const read = compilePath(mapping.path)
  const format = { format: mapping.format, zone: mapping.zone ?? timeZone }
  const known = createKnown<Clock | Rejection>(timesMax)
  return (entry) => {
    const value = read(entry)
    if (typeof value !== 'string') return readClock(value, format, mapping.path)
    let time = known.get(value)
    if (time === undefined) {
      time = readClock(detached(value), format, mapping.path)
      known.set(value, time)
    }
    return time
  }
}

interface Cell<T> {
  readonly name: string
  read(entry: unknown): T | undefined | Rejection
}

function compileTrait(name: string, mapping: TraitMapping): Cell<Scalar> {
  if (typeof mapping === 'object' && 'const' in mapping) return { name, read: () => mapping.const }
  const path = typeof mapping === 'string' ? mapping : mapping.path
  const type: CellType | undefined = typeof mapping === 'string' ? undefined : mapping.type
  const read = compilePath(path)
  return { name, read: (entry) => readCell(read(entry), type, path) }
}

function compileProperty(
  name: string,
  mapping: PropertyMapping,
  context: { currency: string | undefined },
): Cell<unknown> {
  if (typeof mapping === 'object' && 'const' in mapping) return { name, read: () => mapping.const }
  const path = typeof mapping === 'string' ? mapping : mapping.path
  const money = typeof mapping === 'object' && mapping.currency !== undefined
  if (money) context.currency ??= mapping.currency
  const type =
    typeof mapping === 'string' ? undefined : (mapping.type ?? (money ? 'number' : undefined))
  const read = compilePath(path)
  return {
    name,
    read: (entry) => {
      const value = read(entry)
      // Lists and objects may be properties too (an order's lines); only scalars have a type to be read as.
      return isScalar(value) || typeof value === 'bigint' ? readCell(value, type, path) : value
    },
  }
}

function compileConsent(
  name: string,
  mapping: ConsentMapping,
): { readonly name: string; read(entry: unknown): ConsentState | undefined } {
  if (typeof mapping === 'object' && 'const' in mapping) return { name, read: () => mapping.const }
  const read = compilePath(typeof mapping === 'string' ? mapping : mapping.path)
  if (typeof mapping === 'string') return { name, read: (entry) => readConsent(read(entry)) }
  const table = new Map(Object.entries(mapping.table))
  return {
    name,
    read: (entry) => {
      const value = read(entry)
      return isScalar(value) ? table.get(String(value)) : undefined
    },
  }
}

function readAll<T>(cells: readonly Cell<T>[], entry: unknown): Record<string, T> | Rejection {
  const out: Record<string, T> = {}
  for (const cell of cells) {
    const value = cell.read(entry)
    if (isRejection(value)) return value
    if (value !== undefined) out[cell.name] = value
  }
  return out
}

/** @param timeZone Of times without an offset, where the map names no zone. */
export function compileMap(map: SourceMap, timeZone = 'UTC'): CompiledMap {
  const typeOf = compileType(map.type)
  const timeOf = compileTime(map.occurred_at, timeZone)
  const eventIdOf = map.event_id === undefined ? null : compilePath(map.event_id)
  const recordsOf = map.records === undefined ? null : compilePath(map.records)
  const identifiers = map.identifiers.map(({ type, path }) => ({
    type,
    path,
    read: compilePath(path),
  }))
  const traits = Object.entries(map.traits).map(([name, mapping]) => compileTrait(name, mapping))
  const money: { currency: string | undefined } = { currency: map.currency }
  const properties = Object.entries(map.properties).map(([name, mapping]) =>
    compileProperty(name, mapping, money),
  )
  const consents = Object.entries(map.consent).map(([name, mapping]) =>
    compileConsent(name, mapping),
  )
  const basis = Object.keys(map.basis)

  const readIdentifiers = (entry: unknown): readonly RawIdentifier[] | Rejection => {
    const out: RawIdentifier[] = []
    for (const { type, path, read } of identifiers) {
      const value = read(entry)
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        const text = idText(one, path)
        if (isRejection(text)) return text
        if (text !== undefined) out.push({ type, value: text })
      }
    }
    return out
  }
  const readConsents = (entry: unknown): Readonly<Record<string, ConsentState>> => {
    const out: Record<string, ConsentState> = {}
    for (const purpose of basis) out[purpose] = 'basis'
    for (const consent of consents) {
      const state = consent.read(entry)
      if (state !== undefined) out[consent.name] = state
    }
    return out
  }
  const readProperties = (
    entry: unknown,
    context: CopierSource,
  ): Record<string, JsonValue> | Rejection => {
    const read = readAll(properties, entry)
    if (isRejection(read)) return read
    const copier = context.copier()
    const out: Record<string, JsonValue> = {}
    for (const [name, value] of Object.entries(read)) {
      const copied = copier.copy(value)
      if (copied !== undefined && copied !== null) out[name] = copied
    }
    if (copier.failure) return copier.failure
    if (money.currency !== undefined) out['currency'] ??= money.currency
    return out
  }

  return {
    split(record) {
      const roots: readonly unknown[] = Array.isArray(record) ? record : [record]
      if (!recordsOf) return roots
      const entries: unknown[] = []
      for (const root of roots) {
        const list = recordsOf(root)
        if (!Array.isArray(list))
          return reject('unexpected_shape', `${map.records ?? ''} is no list`)
        for (const entry of list as unknown[]) entries.push(entry)
      }
      return entries
    },
    draft(entry, context) {
      const type = typeOf(entry)
      if (isRejection(type)) return type
      const clock = timeOf(entry)
      if (isRejection(clock)) return clock
      const found = readIdentifiers(entry)
      if (isRejection(found)) return found
      const eventId = eventIdOf === null ? undefined : idText(eventIdOf(entry), map.event_id ?? '')
      if (isRejection(eventId)) return eventId
      const traitValues = readAll(traits, entry)
      if (isRejection(traitValues)) return traitValues
      const propertyValues = readProperties(entry, context)
      if (isRejection(propertyValues)) return propertyValues
      return {
        eventId: eventId ?? null,
        source: null,
        type: type.type,
        occurredAt: clock?.at ?? null,
        zoneless: clock?.zoneless === true,
        identifiers: found,
        traits: traitValues,
        traitKind: null,
        consent: readConsents(entry),
        machine: null,
        properties: propertyValues,
        unknownType: type.unknown,
      }
    },
  }
}
