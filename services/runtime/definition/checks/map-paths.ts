import type { FilePath } from '../findings.ts'
import type { ConsentMapping, PropertyMapping, SourceMap, TraitMapping } from '../map-schema.ts'
import type { Report } from './report.ts'

/** As JSONPath, JSON Pointer and jq write one. */
const foreign = /\[[^\]]*\]|(?:^|\.)\*(?:\.|$)|^\$?\.|^\$|^\//

/** Paths of a map that look as if another language were meant: a name may be anything, so that nothing is refused. */
export function checkMapPaths(map: SourceMap, path: FilePath, report: Report): void {
  for (const [at, written] of mapPaths(map))
    if (foreign.test(written))
      report.warning(
        'invalid_path',
        [...path, ...at],
        `${written} is read as names joined by dots, and no field is likely to be called so`,
        {
          hint: 'a place in a list is a number between dots: legs.0.to; each entry of a list as an event: records',
        },
      )
}

type Mapping = TraitMapping | ConsentMapping | PropertyMapping

/** All paths of a map into the record, each with where it stands in the map. */
export function* mapPaths(map: SourceMap): Iterable<readonly [FilePath, string]> {
  const { consent, event_id, identifiers, occurred_at, properties, records, traits, type } = map
  if (records !== undefined) yield [['records'], records]
  if (event_id !== undefined) yield [['event_id'], event_id]
  if (typeof type === 'string') yield [['type'], type]
  else if ('field' in type) yield [['type', 'field'], type.field]
  if (occurred_at !== undefined) yield [['occurred_at', 'path'], occurred_at.path]
  for (const [index, { path }] of identifiers.entries())
    yield [['identifiers', index, 'path'], path]
  const mapped: Readonly<Record<string, Readonly<Record<string, Mapping>>>> = {
    traits,
    consent,
    properties,
  }
  for (const [part, mappings] of Object.entries(mapped))
    for (const [name, mapping] of Object.entries(mappings))
      if (typeof mapping === 'string') yield [[part, name], mapping]
      else if ('path' in mapping) yield [[part, name, 'path'], mapping.path]
}
