import type { CompiledTrait } from '../../definition/compiled.ts'
import type { Forwarded } from '../../definition/forwarded-properties.ts'
import { namesAPerson } from './names-a-person.ts'
import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'
import { tidierOf } from './traits/tidy.ts'

/** Keeps of an event's properties and traits what the pipeline file reads or keeps; of these, names and addresses get one spelling. */
export interface Forwarder {
  properties(properties: JsonObject): JsonObject
  traits(traits: Readonly<Record<string, Scalar>>): Readonly<Record<string, Scalar>>
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

/** Everything below goes on: all of it, or what names nobody. */
type Leaf = 'all' | 'impersonal'

/** The paths to keep as a tree. */
interface Kept {
  readonly below: Map<string, Kept | Leaf>
}

function treeOf({ properties, inClear }: Forwarded): Kept {
  const root: Kept = { below: new Map() }
  for (const path of properties) {
    const leaf: Leaf = inClear.has(path.join('.')) ? 'all' : 'impersonal'
    let at: Kept | Leaf = root
    for (const [depth, name] of path.entries()) {
      if (typeof at === 'string') break
      const next: Kept | Leaf =
        depth === path.length - 1 ? leaf : (at.below.get(name) ?? { below: new Map() })
      at.below.set(name, next)
      at = next
    }
  }
  return root
}

function keepLeaf(value: JsonValue, leaf: Leaf): JsonValue | undefined {
  return leaf === 'all' ? value : impersonal(value)
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
function keepFields(fields: JsonObject, { below }: Kept): Record<string, JsonValue> {
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
        : typeof kept === 'string'
          ? keepLeaf(value, kept)
          : keepBelow(value, kept)
    if (part !== undefined) out[name] = part
    left -= 1
    if (left === 0) break
  }
  return out
}

/** Of a list, the same parts of each entry: places stay, so that a path with a place in it still reads. */
function keepBelow(value: JsonValue, kept: Kept): JsonValue | undefined {
  if (isList(value)) {
    const places = [...kept.below].find(([name]) => /^\d+$/.test(name))
    const each = places === undefined ? kept : places[1]
    return typeof each === 'string'
      ? keepLeaf(value, each)
      : value.map((entry) => keepBelow(entry, each) ?? null)
  }
  if (!isObject(value)) return undefined
  const part = keepFields(value, kept)
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
  }))
  const kept = treeOf(forwarded)
  return {
    properties: (properties) => keepFields(properties, kept),
    traits(traits) {
      const out: Record<string, Scalar> = {}
      for (const { alias, name, type, tidy } of traitsRead) {
        const value = Object.hasOwn(traits, alias) ? traits[alias] : undefined
        if (value === undefined || Object.hasOwn(out, name)) continue
        const typed = type === undefined ? value : asTraitType(value, type)
        if (typed !== undefined)
          out[name] = tidy !== null && typeof typed === 'string' ? tidy(typed) : typed
      }
      return out
    },
  }
}
