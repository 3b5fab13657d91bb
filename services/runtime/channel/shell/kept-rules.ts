import { LRUCache } from 'lru-cache'
import type { CompiledDefinition } from '../../definition/compiled.ts'
import { TributaryError } from '../../errors/index.ts'
import type { DefinitionVersion } from '../../event/ids.ts'
import type { Definitions } from './definitions.ts'

/**
 * Definitions whose rules are kept: the newest one, that of partitions which have not come to it, and two more. Each holds caches of its own.
 * Rules that are needed after that are made again.
 */
export const rulesMax = 4

/** Rules by the version of their definition, made when they are first asked for. */
export function createKeptRules<Rules extends object>(
  definitions: Pick<Definitions, 'get'>,
  make: (compiled: CompiledDefinition) => Rules,
): (version: DefinitionVersion) => Promise<Rules> {
  const kept = new LRUCache<DefinitionVersion, Rules>({ max: rulesMax })
  return async (version) => {
    const known = kept.get(version)
    if (known !== undefined) return known
    const compiled = await definitions.get(version)
    if (!compiled)
      throw new TributaryError(
        'TRB_INTERNAL',
        `definition ${version}, by which records are to be read, is not on pipeline.definitions`,
      )
    const rules = make(compiled)
    kept.set(version, rules)
    return rules
  }
}
