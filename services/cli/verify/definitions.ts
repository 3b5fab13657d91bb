import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionAt } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'

/** Those that events were folded under. */
export interface Definitions {
  readonly load: (version: string) => Promise<CompiledDefinition>
  /** One that was loaded before. */
  readonly loaded: (version: string) => CompiledDefinition
}

/** Definitions by version, read from the log once. */
export function definitionsOf(reader: PartitionReader, topic: string): Definitions {
  const known = new Map<string, CompiledDefinition>()
  return {
    async load(version) {
      const held = known.get(version)
      if (held !== undefined) return held
      const number = definitionVersion(Number(version))
      const stored = await definitionAt(reader, topic, number)
      if (stored === null) {
        throw new TributaryError(
          'TRB_NOT_FOUND',
          `${topic} has no definition ${version}, by which rows were made`,
        )
      }
      const compiled = loadDefinition(stored.content, number)
      known.set(version, compiled)
      return compiled
    },
    loaded(version) {
      const held = known.get(version)
      if (held !== undefined) return held
      throw new TributaryError('TRB_INTERNAL', `definition ${version} was not loaded`)
    },
  }
}
