import { definitionAt } from '#runtime/definition/deploy/definition-log.ts'
import { identityPolicy, type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { DefinitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { createLinker } from '../../../identity/core/linker.ts'
import { createMemoryState, type MemoryState } from '../../../identity/core/memory-state.ts'

export interface DecisionLog {
  readonly reader: PartitionReader
  /** `identity.links` of the generation that serves, and `pipeline.definitions`. */
  readonly topics: { readonly links: string; readonly definitions: string }
}

/** The linker's state at the end of its log, and the policy that holds there. */
export interface FoldedLog {
  readonly state: MemoryState
  readonly version: DefinitionVersion | null
  readonly identity: IdentityDefinition
  readonly records: number
}

/**
 * Folds the whole decision log by the production linker, in memory: some kilobytes for each person.
 * @throws TributaryError `TRB_OFFSET_LOST` when a definition that the log names is gone.
 */
export async function foldLog(
  { reader, topics }: DecisionLog,
  progress: (records: number) => void,
): Promise<FoldedLog> {
  const state = createMemoryState()
  const identities = new Map<DefinitionVersion | null, IdentityDefinition>([
    [null, identitySchema.parse({})],
  ])
  const policies = new Map<DefinitionVersion | null, IdentityPolicy>()
  const identityOf = (version: DefinitionVersion | null): IdentityDefinition => {
    const identity = identities.get(version)
    if (identity === undefined)
      throw new TributaryError('TRB_INTERNAL', `definition ${version} was not read`)
    return identity
  }
  const linker = createLinker({
    state,
    birthProfileId,
    policies(version) {
      const policy = policies.get(version) ?? identityPolicy(identityOf(version))
      policies.set(version, policy)
      return policy
    },
  })
  let records = 0
  const at = { topic: topics.links, partition: 0 }
  for await (const batch of reader.read(at, { from: 'start', untilEnd: true })) {
    for (const { offset, key, value } of batch.records) {
      if (value === null) continue
      const record = decodeLinksRecord(value)
      if (record.kind === 'define' && !identities.has(record.version))
        identities.set(
          record.version,
          await readIdentity(reader, topics.definitions, record.version),
        )
      linker.fold({ offset, key: key === null ? '' : Buffer.from(key).toString('utf8'), record })
      records += 1
    }
    progress(records)
  }
  const version = state.meta.policy
  return { state, version, identity: identityOf(version), records }
}

async function readIdentity(
  reader: PartitionReader,
  topic: string,
  version: DefinitionVersion,
): Promise<IdentityDefinition> {
  const stored = await definitionAt(reader, topic, version)
  if (stored === null)
    throw new TributaryError(
      'TRB_OFFSET_LOST',
      `the decision log names definition ${version}, which is not on ${topic}`,
    )
  return loadDefinition(stored.content, version).definition.identity
}
