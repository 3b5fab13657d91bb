import type { JsonValue, RoutedEvent, Scalar } from '../../event/event.ts'

/** Reads one value of an event; null when it isn't there or is no scalar. */
export type EventAccessor = (event: RoutedEvent) => Scalar | null

const scalarOrNull = (value: JsonValue | undefined): Scalar | null =>
  typeof value === 'string' || typeof value === 'boolean'
    ? value
    : typeof value === 'number' && Number.isFinite(value)
      ? value
      : null

const isObject = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const child = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isObject(value)
    ? Object.hasOwn(value, name)
      ? value[name]
      : undefined
    : Array.isArray(value)
      ? (value as readonly JsonValue[])[Number(name)]
      : undefined

const plain = {
  type: (event: RoutedEvent) => event.type,
  channel: (event: RoutedEvent) => event.channel,
  source: (event: RoutedEvent) => event.source,
} as const satisfies Record<string, EventAccessor>

export interface EventPath {
  readonly root: 'type' | 'channel' | 'source' | 'properties' | 'traits'
  /** Names below `properties` or `traits`; empty for the others. */
  readonly names: readonly string[]
}

/** `properties.total`, `traits.city`, `source`; anything else is short for a property. */
export function parseEventPath(path: string): EventPath {
  const [first = '', ...rest] = path.split('.')
  if ((first === 'properties' || first === 'traits') && rest.length > 0)
    return { root: first, names: rest }
  if (rest.length === 0 && (first === 'type' || first === 'channel' || first === 'source'))
    return { root: first, names: [] }
  return { root: 'properties', names: [first, ...rest] }
}

export function compileEventPath(path: EventPath): EventAccessor {
  const { root, names } = path
  if (root !== 'properties' && root !== 'traits') return plain[root]
  const [first = '', ...rest] = names
  if (root === 'traits')
    return (event) =>
      Object.hasOwn(event.traits, first) ? scalarOrNull(event.traits[first]) : null
  if (rest.length === 0)
    return (event) =>
      Object.hasOwn(event.properties, first) ? scalarOrNull(event.properties[first]) : null
  return (event) => {
    let value = child(event.properties, first)
    for (const name of rest) value = child(value, name)
    return scalarOrNull(value)
  }
}

/** What may stand for a path in a file: names of letters, digits, `_`, `-` or `$`, joined by dots. */
export const isEventPath = (path: string): boolean => /^[\w$-]+(\.[\w$-]+)*$/.test(path)

/** A path, joined by dots, without places in lists: of a list, each entry goes on alike. */
export const withoutPlaces = (path: string): string =>
  path
    .split('.')
    .filter((name) => !/^\d+$/.test(name))
    .join('.')
