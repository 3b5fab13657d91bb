import type { SourceDefinition } from './schema.ts'

/** What events of a source carry as `source`, the scope of their ids: its own name, the one in its map, or the vendor. */
export const sourceName = (source: Pick<SourceDefinition, 'source' | 'name' | 'map'>): string =>
  source.name ?? source.map?.source ?? source.source
