import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionAt, type StoredDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { topicName } from '#schemas/topics.ts'
import type { RebuildConnections } from './shell/connections.ts'

export async function storedDefinition(
  { kafka, prefix }: RebuildConnections,
  version: number,
): Promise<StoredDefinition> {
  const topic = topicName(prefix, 'pipeline.definitions')
  const stored = await definitionAt(kafka.reader(), topic, definitionVersion(version))
  if (stored === null)
    throw new TributaryError('TRB_NOT_FOUND', `${topic} has no definition ${version}`)
  return stored
}

export async function definitionOf(
  connections: RebuildConnections,
  version: number,
): Promise<CompiledDefinition> {
  const stored = await storedDefinition(connections, version)
  return loadDefinition(stored.content, stored.version)
}
