import type { CompiledTrait } from '../../definition/compiled.ts'
import type { Forwarded } from '../../definition/forwarded-properties.ts'
import { propertyPlace, traitPlace } from '../../keys/data-keys/sealed-text.ts'
import { namesAPerson } from './names-a-person.ts'
import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'
import { tidierOf } from './traits/tidy.ts'

/** Seals one value of an event for a place in it; null: there is nobody to seal for, and the value stays behind. */
export type SealValue = ((place: string, value: JsonValue) => string) | null

/** Told of each value that stays behind because it names a person: where it stood, as the pipeline file writes it. */
export type LeaveBehind = (field: string) => void

/**
 * Keeps of an event's properties and traits what the pipeline file reads or keeps; of these, names and addresses get one spelling, what
 * is kept as somebody's is sealed, and what names a person though the file does not keep it stays behind.
 */
export interface Forwarder {
  /** Whether anything is sealed at all. */
  readonly seals: boolean
  properties(properties: JsonObject, seal: SealValue, leave?: LeaveBehind): JsonObject
  traits(
    traits: Readonly<Record<string, Scalar>>,
    seal: SealValue,
    leave?: LeaveBehind,
  ): Readonly<Record<string, Scalar>>
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

/** Everything below goes on: all of it, or what names nobody, or sealed. All of one shape: they are looked at for each property. */
type Leaf = 'all' | Impersonal | Sealing

interface Impersonal {
  readonly below: null
  readonly field: string
  readonly place: null
}

interface Sealing {
  readonly below: null
  readonly field: null
  readonly place: string
}

/** What becomes of the values of one event that do not go on as they are. */
interface Hands {
  readonly seal: SealValue
  readonly leave: LeaveBehind
}

const nobodyCounts: LeaveBehind = () => {}

const isLeaf = (kept: Kept | Leaf): kept is Leaf => kept === 'all' || kept.below === null

/** The paths to keep as a tree. */
interface Kept {
  readonly below: Map<string, Kept | Leaf>
}

function treeOf({ properties, inClear, sealed }: Forwarded): Kept {
  const root: Kept = { below: new Map() }
  for (const path of properties) {
    const dotted = path.join('.')
    const leaf: Leaf = sealed.has(dotted)
      ? { below: null, field: null, place: propertyPlace(dotted) }
      : inClear.has(dotted)
        ? 'all'
        : { below: null, field: `properties.${dotted}`, place: null }
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

function keepLeaf(value: JsonValue, leaf: Leaf, { seal, leave }: Hands): JsonValue | undefined {
  if (leaf === 'all') return value
  if (leaf.field !== null) return impersonal(value, leaf, leave)
  return value === null ? null : seal?.(leaf.place, value)
}

/** The value without any text that holds somebody's address or number: a shop may write one where an amount belongs. */
function impersonal(value: JsonValue, leaf: Impersonal, leave: LeaveBehind): JsonValue | undefined {
  if (typeof value === 'string') {
    if (!namesAPerson(value)) return value
    leave(leaf.field)
    return undefined
  }
  if (isList(value)) return value.map((entry) => impersonal(entry, leaf, leave) ?? null)
  if (!isObject(value)) return value
  const out: Record<string, JsonValue> = {}
  for (const [name, entry] of Object.entries(value)) {
    if (namesAPerson(name)) {
      leave(leaf.field)
      continue
    }
    const part = impersonal(entry, leaf, leave)
    if (part !== undefined) out[name] = part
  }
  return out
}

/** In the order of the names that are kept, however the source orders its own. */
function keepFields(fields: JsonObject, { below }: Kept, hands: Hands): Record<string, JsonValue> {
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
          ? keepLeaf(value, kept, hands)
          : keepBelow(value, kept, hands)
    if (part !== undefined) out[name] = part
    left -= 1
    if (left === 0) break
  }
  return out
}

/** Of a list, the same parts of each entry: places stay, so that a path with a place in it still reads. */
function keepBelow(value: JsonValue, kept: Kept, hands: Hands): JsonValue | undefined {
  if (isList(value)) {
    const places = [...kept.below].find(([name]) => /^\d+$/.test(name))
    const each = places === undefined ? kept : places[1]
    return isLeaf(each)
      ? keepLeaf(value, each, hands)
      : value.map((entry) => keepBelow(entry, each, hands) ?? null)
  }
  if (!isObject(value)) return undefined
  const part = keepFields(value, kept, hands)
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
    field: `traits.${name}`,
    type: types.get(name),
    tidy: tidierOf(alias) ?? tidierOf(name),
    place: forwarded.sealedTraits.has(name) ? traitPlace(name) : null,
  }))
  const kept = treeOf(forwarded)
  return {
    seals: forwarded.sealed.size > 0 || forwarded.sealedTraits.size > 0,
    properties: (properties, seal, leave = nobodyCounts) =>
      keepFields(properties, kept, { seal, leave }),
    traits(traits, seal, leave = nobodyCounts) {
      const out: Record<string, Scalar> = {}
      for (const { alias, name, field, type, tidy, place } of traitsRead) {
        const value = Object.hasOwn(traits, alias) ? traits[alias] : undefined
        if (value === undefined || Object.hasOwn(out, name)) continue
        const typed = type === undefined ? value : asTraitType(value, type)
        if (typed === undefined) continue
        const tidied = typeof typed === 'string' ? (tidy?.(typed) ?? typed).toWellFormed() : typed
        if (place !== null) {
          if (seal !== null) out[name] = seal(place, tidied)
        } else if (typeof tidied === 'string' && namesAPerson(tidied)) leave(field)
        else out[name] = tidied
      }
      return out
    },
  }
}
