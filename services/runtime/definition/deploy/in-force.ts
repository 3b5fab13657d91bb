import { isTributaryError, TributaryError } from '../../errors/index.ts'
import type { PartitionReader } from '../../kafka/ports.ts'
import type { CompiledDefinition } from '../compiled.ts'
import { type DefinitionCache, loadDefinition } from '../load-definition.ts'
import { latestDefinition } from './definition-log.ts'

/**
 * The pipeline file by which a generation works, or null where nothing was deployed yet. `topic`: `pipeline.definitions` with its prefix.
 * @param cache For whoever asks again and again.
 * @throws TributaryError `TRB_DEFINITION_INVALID` for a file of another build that this one refuses.
 */
export async function definitionIfDeployed(
  reader: PartitionReader,
  topic: string,
  generation: number,
  cache: DefinitionCache = { load: loadDefinition },
): Promise<CompiledDefinition | null> {
  const stored = await latestDefinition(reader, topic, generation)
  if (stored === null) return null
  try {
    return cache.load(stored.content, stored.version, stored)
  } catch (cause) {
    if (!isTributaryError(cause, 'TRB_DEFINITION_INVALID')) throw cause
    throw new TributaryError(
      'TRB_DEFINITION_INVALID',
      `version ${stored.version} of ${topic} is deployed and nothing that this build reads: ${cause.message}`,
      { cause, hint: 'Use the build that deployed it, or deploy a file that this one reads.' },
    )
  }
}

/**
 * The same for whoever can do nothing without it.
 * @throws TributaryError `TRB_NOT_FOUND` where nothing was deployed yet.
 */
export async function definitionInForce(
  reader: PartitionReader,
  topic: string,
  generation: number,
): Promise<CompiledDefinition> {
  const definition = await definitionIfDeployed(reader, topic, generation)
  if (definition === null) throw nothingDeployed('TRB_NOT_FOUND', topic)
  return definition
}

/** @param code Whether it is waited for. */
export const nothingDeployed = (
  code: 'TRB_NOT_FOUND' | 'TRB_DEPENDENCY_UNAVAILABLE',
  topic: string,
): TributaryError =>
  new TributaryError(code, `no pipeline file is deployed on ${topic}`, {
    hint: 'tributary deploy infra/pipeline.yaml',
  })
