import { compileWhere } from './cel/event-predicate.ts'
import { type EventPath, parseEventPath } from './cel/path.ts'
import { keptPath } from './keep-schema.ts'
import type { PipelineDefinition } from './schema.ts'

/** What a channel sends on of an event's properties and traits; everything else stays behind. */
export interface Forwarded {
  /** Paths below `properties`, as names from the outside in. Sorted, none under another. */
  readonly properties: readonly (readonly string[])[]
  /** Of these, as dotted names, the ones whose values go on even where they hold an address or a number of somebody. */
  readonly inClear: ReadonlySet<string>
  /** Of these, as dotted names, the ones whose values are sealed. */
  readonly sealed: ReadonlySet<string>
  /** Name that a source uses → name of the trait in the pipeline file. */
  readonly traits: ReadonlyMap<string, string>
  /** Of the traits of the pipeline file, the ones whose values are sealed. */
  readonly sealedTraits: ReadonlySet<string>
}

/**
 * Forwarded though no rule reads it, since later features, drift and questions need it and it says nothing about who somebody is:
 * what was ordered or looked at, at which price, which mail it was about, and why one bounced.
 */
export const safeProperties: readonly string[] = [
  'order_id',
  'total',
  'currency',
  'category',
  'quantity',
  'product_id',
  'price',
  'message_id',
  'campaign',
  'bounce_class',
]

/** Looks like an address by its standard (RFC 5322, msg-id) and is none. */
const notPersonal = ['message_id']

/** Everything that features, success metrics, traits and the keep list read, and the safe list. */
export function forwardedProperties(definition: PipelineDefinition): Forwarded {
  const kept = definition.keep.properties.map(keptPath)
  const paths: EventPath[] = [...safeProperties, ...kept].map(parseEventPath)
  for (const feature of definition.features) {
    for (const path of [feature.value, feature.key])
      if (path !== undefined) paths.push(parseEventPath(path))
    if (feature.where !== undefined) {
      const where = compileWhere(feature.where)
      if (where.ok) paths.push(...where.value.reads)
    }
  }
  for (const { success_metric: metric } of definition.segments)
    if (metric.value !== undefined) paths.push(parseEventPath(metric.value))
  const traits = new Map<string, string>()
  for (const { name, from } of definition.traits)
    for (const alias of from ?? [name]) traits.set(alias, name)
  for (const { root, names } of paths) {
    const [first] = names
    if (root === 'traits' && first !== undefined && !traits.has(first)) traits.set(first, first)
  }
  return {
    properties: outermost(paths),
    inClear: new Set(notPersonal),
    sealed: new Set(sealedPaths(definition)),
    traits,
    sealedTraits: new Set(
      definition.traits.filter(({ keep }) => keep !== undefined).map(({ name }) => name),
    ),
  }
}

/** Dotted names of the properties that are sealed. */
export const sealedPaths = ({ keep }: Pick<PipelineDefinition, 'keep'>): readonly string[] =>
  keep.properties.flatMap((kept) =>
    typeof kept === 'string' || parseEventPath(kept.path).root !== 'properties'
      ? []
      : [parseEventPath(kept.path).names.join('.')],
  )

/** The names that the forwarded paths begin with: properties that a normaliser has to read. */
export const forwardedNames = ({ properties }: Forwarded): ReadonlySet<string> =>
  new Set(properties.flatMap((path) => path.slice(0, 1)))

function outermost(paths: readonly EventPath[]): readonly (readonly string[])[] {
  const dotted = new Set(
    paths.filter(({ root }) => root === 'properties').map(({ names }) => names.join('.')),
  )
  return [...dotted]
    .map((path) => path.split('.'))
    .filter(
      (names) =>
        !names.some((_, depth) => depth > 0 && dotted.has(names.slice(0, depth).join('.'))),
    )
    .toSorted((a, b) => (a.join('.') < b.join('.') ? -1 : 1))
}
