import { compileWhere } from '#runtime/definition/cel/event-predicate.ts'
import { parseEventPath } from '#runtime/definition/cel/path.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { quoteText } from '#runtime/clickhouse/quote.ts'

/** A property that the pipeline file reads, and of which types of events it does. */
export interface PropertyRead {
  /** As in the file, without `properties.`. */
  readonly name: string
  readonly types: ReadonlySet<string>
}

/** Properties that are watched: each is looked up in every event that it is read of. */
export const propertiesMax = 64

type Definition = CompiledDefinition['definition']
type Feature = Definition['features'][number]

/** What a feature reads of its events: of money the currency too, since without one it is no value. */
export function namesReadBy({ currency, key, value, where }: Feature): readonly string[] {
  const condition = where === undefined ? null : compileWhere(where)
  const paths = [
    ...[value, key].flatMap((path) => (path === undefined ? [] : [parseEventPath(path)])),
    ...(currency === undefined || value === undefined
      ? []
      : [parseEventPath('properties.currency')]),
    ...(condition?.ok === true ? condition.value.reads : []),
  ]
  return [
    ...new Set(
      paths.filter(({ root }) => root === 'properties').map(({ names }) => names.join('.')),
    ),
  ]
}

/** All of a file: those of features in its order, then what segments are measured by. */
export function propertiesRead({
  features,
  segments,
}: Pick<Definition, 'features' | 'segments'>): readonly PropertyRead[] {
  const read = new Map<string, Set<string>>()
  const add = (name: string, types: readonly string[]): void => {
    read.set(name, new Set([...(read.get(name) ?? []), ...types]))
  }
  for (const feature of features) for (const name of namesReadBy(feature)) add(name, feature.events)
  for (const { success_metric: metric } of segments) {
    const path = metric.value === undefined ? null : parseEventPath(metric.value)
    if (path?.root === 'properties') add(path.names.join('.'), [metric.event])
  }
  return [...read]
    .filter(([, types]) => types.size > 0)
    .slice(0, propertiesMax)
    .map(([name, types]) => ({ name, types }))
}

/** SQL that counts events of people, of the types that it is read of, in which it says something: neither null nor an empty text. */
export function filledOf({ name, types }: PropertyRead): string {
  const path = name
    .split('.')
    // Places in lists are counted from 1 there.
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : quoteText(part)))
  const of = [...types].map(quoteText).join(', ')
  return `countIf(machine = '' AND type IN (${of}) AND JSONExtractRaw(properties, ${path.join(', ')}) NOT IN ('', 'null', '""'))`
}
