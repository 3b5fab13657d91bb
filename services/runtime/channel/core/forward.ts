import type { CompiledTrait } from '../../definition/compiled.ts'
import type { Forwarded } from '../../definition/forwarded-properties.ts'
import { propertyPlace, traitPlace } from '../../keys/data-keys/sealed-text.ts'
import { namesAPerson } from './names-a-person.ts'
import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'
import { tidierOf } from './traits/tidy.ts'

/** Seals one value of an event for a place in it; null: there is nobody to seal for, and the value stays behind. */
export type SealValue = ((place: string, value: JsonValue) => string) | null

/**
 * Keeps of an event's properties and traits what the pipeline file reads or keeps; of these, names and addresses get one spelling, and what
 * is kept as somebody's is sealed.
 */
export interface Forwarder {
  /** Whether anything is sealed at all. */
  readonly seals: boolean
  properties(properties: JsonObject, seal: SealValue): JsonObject
  traits(
    traits: Readonly<Record<string, Scalar>>,
    seal: SealValue,
  ): Readonly<Record<string, Scalar>>
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

/** Everything below goes on: all of it, or what names nobody, or sealed. */
type Leaf = 'all' | 'impersonal' | Sealing

interface Sealing {
  readonly place: string
}

const isLeaf = (kept: Kept | Leaf): kept is Leaf => typeof kept === 'string' || 'place' in kept

/** The paths to keep as a tree. */
interface Kept {
  readonly below: Map<string, Kept | Leaf>
}

function treeOf({ properties, inClear, sealed }: Forwarded): Kept {
  const root: Kept = { below: new Map() }
  for (const path of properties) {
    const dotted = path.join('.')
    const leaf: Leaf = sealed.has(dotted)
      ? { place: propertyPlace(dotted) }
      : inClear.has(dotted)
        ? 'all'
        : 'impersonal'
    let at: Kept | Leaf = root
    for (const [depth, name] of path.entries()) {
      if (isLeaf(at)) break
      const next: Kept | Leaf =
        depth === path.length - 1 ? leaf : (at.below.get(name) ?? { below: new Map() })
      at.below.set(name, next)
      at = next
    }
  }
  return root
}

function keepLeaf(value: JsonValue, leaf: Leaf, seal: SealValue): JsonValue | undefined {
  if (leaf === 'all') return value
  if (leaf === 'impersonal') return impersonal(value)
  return value === null ? null : seal?.(leaf.place, value)
}

/** The value without any text that holds somebody's address or number: a shop may write one where an amount belongs. */
function impersonal(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return namesAPerson(value) ? undefined : value
  if (isList(value)) return value.map((entry) => impersonal(entry) ?? null)
  if (!isObject(value)) return value
  const out: Record<string, JsonValue> = {}
  for (const [name, entry] of Object.entries(value)) {
    const part = namesAPerson(name) ? undefined : impersonal(entry)
    if (part !== undefined) out[name] = part
  }
  return out
}

/** In the order of the names that are kept, however the source orders its own. */
function keepFields(
  fields: JsonObject,
  { below }: Kept,
  seal: SealValue,
): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  // Few of the names that are kept are there, and most fields are looked for in vain.
  let left = 0
  for (const name of Object.keys(fields)) if (below.has(name)) left += 1
  if (left === 0) return out
  for (const [name, kept] of below) {
    if (!Object.hasOwn(fields, name)) continue
    const value = fields[name]
    const part =
      value === undefined
        ? undefined
        : isLeaf(kept)
          ? keepLeaf(value, kept, seal)
          : keepBelow(value, kept, seal)
    if (part !== undefined) out[name] = part
    left -= 1
    if (left === 0) break
  }
  return out
}

/** Of a list, the same parts of each entry: places stay, so that a path with a place in it still reads. */
function keepBelow(value: JsonValue, kept: Kept, seal: SealValue): JsonValue | undefined {
  if (isList(value)) {
    const places = [...kept.below].find(([name]) => /^\d+$/.test(name))
    const each = places === undefined ? kept : places[1]
    return isLeaf(each)
      ? keepLeaf(value, each, seal)
      : value.map((entry) => keepBelow(entry, each, seal) ?? null)
  }
  if (!isObject(value)) return undefined
  const part = keepFields(value, kept, seal)
  return Object.keys(part).length > 0 ? part : undefined
}

/** A trait's value in the type that the pipeline file gives it; undefined when it has none. Vendors write numbers as text. */
export function asTraitType(value: Scalar, type: CompiledTrait['type']): Scalar | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : String(value)
    case 'number': {
      if (typeof value === 'number') return value
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
      return Number.isFinite(number) ? number : undefined
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value
      const text = String(value).trim().toLowerCase()
      if (text === 'true' || text === '1' || text === 'yes') return true
      return text === 'false' || text === '0' || text === 'no' ? false : undefined
    }
    default:
      return type satisfies never
  }
}

export function createForwarder(
  forwarded: Forwarded,
  types: ReadonlyMap<string, CompiledTrait['type']>,
): Forwarder {
  const traitsRead = [...forwarded.traits].map(([alias, name]) => ({
    alias,
    name,
    type: types.get(name),
    tidy: tidierOf(alias) ?? tidierOf(name),
    place: forwarded.sealedTraits.has(name) ? traitPlace(name) : null,
  }))
  const kept = treeOf(forwarded)
  return {
    seals: forwarded.sealed.size > 0 || forwarded.sealedTraits.size > 0,
    properties: (properties, seal) => keepFields(properties, kept, seal),
    traits(traits, seal) {
      const out: Record<string, Scalar> = {}
      for (const { alias, name, type, tidy, place } of traitsRead) {
        const value = Object.hasOwn(traits, alias) ? traits[alias] : undefined
        if (value === undefined || Object.hasOwn(out, name)) continue
        const typed = type === undefined ? value : asTraitType(value, type)
        if (typed === undefined) continue
        const tidied = tidy !== null && typeof typed === 'string' ? tidy(typed) : typed
        if (place === null) out[name] = tidied
        else if (seal !== null) out[name] = seal(place, tidied)
      }
      return out
    },
  }
}
