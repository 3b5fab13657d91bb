import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionIfDeployed } from '#runtime/definition/deploy/in-force.ts'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { epochMs, type DefinitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { type Closure, gatherClosure } from './closure.ts'
import { createLinkLog, type LinkerAsOf, linkerAsOf } from './read-links.ts'
import { readPolicies } from './read-policies.ts'
import type { Policies } from './refold.ts'

/** Links and commands that are read for one question, unless it asks for more: some tens of megabytes. */
export const recordsReadMax = 20_000

/** Where identity is looked up: the tables, and the definitions that decisions were taken under. */
export interface IdentitySources {
  readonly clickhouse: ClickHouse
  readonly reader: PartitionReader
  /** `pipeline.definitions`, prefix included. */
  readonly definitionsTopic: string
  /** Of profile.log: the one that serves. */
  readonly generation: number
}

/** The pipeline file in force. */
export interface InForce {
  /** null: nothing was deployed, the defaults hold. */
  readonly version: DefinitionVersion | null
  readonly identity: IdentityDefinition
  /** Commands about one person insist on a reason. */
  readonly reasonRequired: boolean
}

export async function identityInForce({
  reader,
  definitionsTopic,
  generation,
}: IdentitySources): Promise<InForce> {
  const compiled = await definitionIfDeployed(reader, definitionsTopic, generation)
  if (compiled === null)
    return { version: null, identity: identitySchema.parse({}), reasonRequired: false }
  const { definition, version } = compiled
  const { identity, privacy } = definition
  return { version, identity, reasonRequired: privacy.reason === 'required' }
}

/** All that is known of some identifiers, ready to be folded again. */
export interface Loaded {
  readonly closure: Closure
  readonly policies: Policies
  readonly asOf: LinkerAsOf | null
}

/** @throws TributaryError `TRB_OFFSET_LOST` when a definition is gone under which something was decided. */
export async function loadEvidence(
  sources: IdentitySources,
  inForce: Pick<InForce, 'version'>,
  fragments: readonly FragmentId[],
  recordsMax: number,
): Promise<Loaded> {
  const { clickhouse, reader, definitionsTopic } = sources
  const closure = await gatherClosure(createLinkLog(clickhouse), fragments, recordsMax)
  const decided = await linkerAsOf(clickhouse)
  const policy = newer(decided?.policy ?? null, inForce.version)
  const asOf = { offset: decided?.offset ?? 0, clock: decided?.clock ?? epochMs(0), policy }
  const versions = new Set([...closure.records.map((record) => record.policy), policy])
  const policies = await readPolicies(reader, definitionsTopic, versions)
  return { closure, policies, asOf: decided === null ? null : asOf }
}

const newer = (
  a: DefinitionVersion | null,
  b: DefinitionVersion | null,
): DefinitionVersion | null => (a === null || (b !== null && b > a) ? b : a)
