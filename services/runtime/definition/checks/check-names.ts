import type { PipelineDefinition } from '../schema.ts'
import { reservedNames } from '../rules/reserved-names.ts'
import type { Report } from './report.ts'

/** Columns that a decayed feature or a rate has beside its own (schemas/clickhouse/columns.ts). */
const columnSuffixes = ['_ref_time', '_half_life_ms', '_first_at'] as const

/** Names are unique within their kind, mean nothing else in a rule, and make columns that don't collide. */
export function checkNames(definition: PipelineDefinition, report: Report): void {
  for (const kind of ['features', 'segments', 'traits'] as const) {
    const first = new Map<string, number>()
    for (const [index, { name }] of definition[kind].entries()) {
      const earlier = first.get(name)
      if (earlier === undefined) first.set(name, index)
      else
        report.error(
          'duplicate_name',
          [kind, index, 'name'],
          `${name} is the name of ${kind}[${earlier}] already`,
        )
    }
  }
  const features = new Set(definition.features.map(({ name }) => name))
  for (const [index, { name }] of definition.features.entries()) {
    const path = ['features', index, 'name']
    if (reservedNames.has(name))
      report.error('reserved_name', path, `${name} means something else in rules`)
    for (const suffix of columnSuffixes)
      if (name.endsWith(suffix) && features.has(name.slice(0, -suffix.length)))
        report.error(
          'reserved_name',
          path,
          `the column of ${name} would collide with one of ${name.slice(0, -suffix.length)}`,
        )
  }
}
