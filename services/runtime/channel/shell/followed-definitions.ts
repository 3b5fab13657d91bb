import type { CompiledDefinition } from '../../definition/compiled.ts'
import {
  definitionAt,
  firstDefinition,
  followDefinitions,
  latestDefinition,
  type StoredDefinition,
} from '../../definition/deploy/definition-log.ts'
import { nothingDeployed } from '../../definition/deploy/in-force.ts'
import { createDefinitionCache } from '../../definition/load-definition.ts'
import { definitionVersion } from '../../event/ids.ts'
import type { PartitionReader } from '../../kafka/ports.ts'
import type { Definitions } from './definitions.ts'

export interface FollowedDefinitions extends Definitions {
  /** Resolves with the error that ended following, or undefined after `stop`. */
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/**
 * Reads `pipeline.definitions` to its end, then follows it; files for later generations than this one are passed over.
 * @throws TributaryError TRB_DEPENDENCY_UNAVAILABLE (retriable) while nothing is deployed.
 */
export async function openDefinitions(
  reader: PartitionReader,
  topic: string,
  generation: number,
): Promise<FollowedDefinitions> {
  const cache = createDefinitionCache()
  const compile = ({ content, version }: StoredDefinition): CompiledDefinition =>
    cache.load(content, version)
  const first = await latestDefinition(reader, topic, generation)
  if (first === null) throw nothingDeployed('TRB_DEPENDENCY_UNAVAILABLE', topic)
  const since = await firstDefinition(reader, topic, generation)
  let latest = compile(first)
  const stopping = new AbortController()
  const ended = followDefinitions(
    reader,
    topic,
    (stored) => {
      if (stored.generation <= generation && stored.version > latest.version)
        latest = compile(stored)
    },
    stopping.signal,
  ).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
  return {
    ended,
    latest: () => latest,
    since: () => since ?? definitionVersion(0),
    async get(version) {
      if (version === latest.version) return latest
      const stored = await definitionAt(reader, topic, version)
      return stored === null ? undefined : compile(stored)
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
