import { LRUCache } from 'lru-cache'
import { definitionAt } from '#runtime/definition/deploy/definition-log.ts'
import { identityPolicy, type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { createDefinitionCache } from '#runtime/definition/load-definition.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { DefinitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'

/** Identity policies by the version of their pipeline file. */
export interface Policies {
  /** Reads a version unless it is here; to be awaited before the fold asks for it. */
  load(version: DefinitionVersion): Promise<void>
  /** null: what holds before any file is deployed, all defaults. @throws TributaryError TRB_INTERNAL when it was not loaded. */
  get(version: DefinitionVersion | null): IdentityPolicy
}

/** The one in force, and those that a replay passes through: an older one is read from the topic again. */
export const policiesMax = 16

export function createPolicies(reader: PartitionReader, topic: string): Policies {
  const cache = createDefinitionCache(1)
  const before = identityPolicy(identitySchema.parse({}))
  const loaded = new LRUCache<DefinitionVersion, IdentityPolicy>({ max: policiesMax })
  return {
    async load(version) {
      if (loaded.get(version) !== undefined) return
      const stored = await definitionAt(reader, topic, version)
      if (stored === null)
        throw new TributaryError(
          'TRB_OFFSET_LOST',
          `the decision log names definition ${version}, which is not on ${topic}`,
        )
      const { definition } = cache.load(stored.content, version)
      loaded.set(version, identityPolicy(definition.identity))
    },
    get(version) {
      const policy = version === null ? before : loaded.get(version)
      if (policy !== undefined) return policy
      throw new TributaryError(
        'TRB_INTERNAL',
        `definition ${version} was not read before it was needed`,
      )
    },
  }
}
