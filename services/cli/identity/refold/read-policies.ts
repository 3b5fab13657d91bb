import { definitionAt } from '#runtime/definition/deploy/definition-log.ts'
import { identityPolicy, type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { DefinitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import type { Policies } from './refold.ts'

/**
 * The identity policies of some versions of the pipeline file.
 * @throws TributaryError `TRB_OFFSET_LOST` when one is not on the topic any more.
 */
export async function readPolicies(
  reader: PartitionReader,
  topic: string,
  versions: ReadonlySet<DefinitionVersion | null>,
): Promise<Policies> {
  const loaded = new Map<DefinitionVersion | null, IdentityPolicy>([
    [null, identityPolicy(identitySchema.parse({}))],
  ])
  for (const version of versions) {
    if (loaded.has(version) || version === null) continue
    const stored = await definitionAt(reader, topic, version)
    if (stored === null)
      throw new TributaryError(
        'TRB_OFFSET_LOST',
        `links were decided upon under definition ${version}, which is not on ${topic}`,
      )
    const { definition } = loadDefinition(stored.content, version)
    loaded.set(version, identityPolicy(definition.identity))
  }
  return (version) => {
    const policy = loaded.get(version)
    if (policy === undefined)
      throw new TributaryError('TRB_INTERNAL', `definition ${version} was not read`)
    return policy
  }
}
