import type { CompiledTrait } from '../../definition/compiled.ts'
import type { Forwarded } from '../../definition/forwarded-properties.ts'
import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'

/** Keeps of an event's properties and traits what the pipeline file reads or keeps. */
export interface Forwarder {
  properties(properties: JsonObject): JsonObject
  traits(traits: Readonly<Record<string, Scalar>>): Readonly<Record<string, Scalar>>
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

/** The paths to keep as a tree; null: everything below. */
interface Kept {
  readonly below: Map<string, Kept | null>
}

function treeOf(paths: readonly (readonly string[])[]): Kept {
  const root: Kept = { below: new Map() }
  for (const path of paths) {
    let at: Kept | null = root
    for (const [depth, name] of path.entries()) {
      if (at === null) break
      const known: Kept | null | undefined = at.below.get(name)
      const next: Kept | null =
        depth === path.length - 1 ? null : known === undefined ? { below: new Map() } : known
      at.below.set(name, next)
      at = next
    }
  }
  return root
}

function keepFields(fields: JsonObject, kept: Kept): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  for (const [name, below] of kept.below) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    const part = value === undefined ? undefined : below === null ? value : keepBelow(value, below)
    if (part !== undefined) out[name] = part
  }
  return out
}

/** Of a list, the same parts of each entry: places stay, so that a path with a place in it still reads. */
function keepBelow(value: JsonValue, kept: Kept): JsonValue | undefined {
  if (isList(value)) {
    const places = [...kept.below].find(([name]) => /^\d+$/.test(name))
    const each = places === undefined ? kept : places[1]
    return each === null ? value : value.map((entry) => keepBelow(entry, each) ?? null)
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
  const aliases = [...forwarded.traits]
  const kept = treeOf(forwarded.properties)
  return {
    properties: (properties) => keepFields(properties, kept),
    traits(traits) {
      const out: Record<string, Scalar> = {}
      for (const [alias, name] of aliases) {
        const value = Object.hasOwn(traits, alias) ? traits[alias] : undefined
        if (value === undefined || Object.hasOwn(out, name)) continue
        const type = types.get(name)
        const typed = type === undefined ? value : asTraitType(value, type)
        if (typed !== undefined) out[name] = typed
      }
      return out
    },
  }
}
