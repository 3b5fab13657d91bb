import type { CompiledTrait } from '../../definition/compiled.ts'
import type { Forwarded } from '../../definition/forwarded-properties.ts'
import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'

/** Keeps of an event's properties and traits what the pipeline file reads or keeps. */
export interface Forwarder {
  properties(properties: JsonObject): JsonObject
  traits(traits: Readonly<Record<string, Scalar>>): Readonly<Record<string, Scalar>>
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Copies what lies at `names` from `from` to `to`. A list on the way goes along whole. */
function pick(
  from: JsonObject,
  names: readonly string[],
  depth: number,
  to: Record<string, JsonValue>,
): void {
  const name = names[depth] ?? ''
  const value = Object.hasOwn(from, name) ? from[name] : undefined
  if (value === undefined) return
  if (depth === names.length - 1 || Array.isArray(value)) {
    to[name] = value
    return
  }
  if (!isObject(value)) return
  const inner: Record<string, JsonValue> = isObject(to[name]) ? { ...to[name] } : {}
  pick(value, names, depth + 1, inner)
  if (Object.keys(inner).length > 0) to[name] = inner
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
  return {
    properties(properties) {
      const out: Record<string, JsonValue> = {}
      for (const names of forwarded.properties) pick(properties, names, 0, out)
      return out
    },
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
