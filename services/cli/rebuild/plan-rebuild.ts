import {
  latestDefinition,
  type StoredDefinition,
} from '#runtime/definition/deploy/definition-log.ts'
import { nothingDeployed } from '#runtime/definition/deploy/in-force.ts'
import {
  type DeploymentPlan,
  type ForbiddenChange,
  planDeployment,
} from '#runtime/definition/deploy/plan.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { DefinitionVersion, EpochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/index.ts'
import type { KeyId } from '#runtime/keys/index.ts'
import type { PartitionReader, Producer } from '#runtime/kafka/ports.ts'
import { encodeDefinition } from '#runtime/log/definitions-record.ts'

/** A generation to be built, before anything was done for it. */
export interface PlannedRebuild {
  readonly record: GenerationsRecord & { readonly next: NextGeneration }
  /** What a file changes; null: the one in force is kept. */
  readonly plan: DeploymentPlan | null
  /** What the new file changes and the past can't follow. */
  readonly notices: readonly string[]
}

export interface PlanPorts {
  readonly reader: PartitionReader
  readonly producer: Pick<Producer, 'send'>
  /** `pipeline.definitions` with its prefix. */
  readonly definitions: string
}

export interface PlanOptions {
  /** The new pipeline file; null: the one in force. */
  readonly text: string | null
  /** null: as many as the generation that serves. */
  readonly partitions: number | null
  /** Fingerprint of a new installation key; null: the key stays. */
  readonly key: KeyId | null
  /** Say in public who enters and leaves by it. */
  readonly notify: boolean
  readonly at: EpochMs
  readonly by: string
}

/**
 * Numbers the new generation and puts its pipeline file into the log, where only that generation reads it.
 * @throws TributaryError TRB_DEFINITION_FORBIDDEN for a change that no rebuild can carry, TRB_NOT_FOUND where nothing was deployed.
 */
export async function planRebuild(
  ports: PlanPorts,
  record: GenerationsRecord,
  options: PlanOptions,
): Promise<PlannedRebuild | DeploymentPlan> {
  const { live } = record
  const current = await latestDefinition(ports.reader, ports.definitions, live.generation)
  if (current === null) throw nothingDeployed('TRB_NOT_FOUND', ports.definitions)
  const plan = options.text === null ? null : planDeployment(current.content, options.text)
  if (plan !== null && plan.definition === null) return plan
  refuseSpelling(plan?.forbidden ?? [])
  const generation = record.last + 1
  const isOther = plan !== null && !plan.unchanged
  const definition =
    isOther || options.notify
      ? await append(ports, generation, {
          ...options,
          hash: plan?.hash ?? current.hash,
          text: options.text ?? current.content,
        })
      : current.version
  return {
    record: {
      ...record,
      last: generation,
      next: {
        generation,
        partitions: options.partitions ?? live.partitions,
        definition,
        phase: 'preparing',
        startedAt: options.at,
        feed: null,
        tables: null,
        ...(options.key === null ? {} : { key: options.key }),
      },
    },
    plan,
    notices: (plan?.forbidden ?? [])
      .filter(({ kind }) => kind === 'usable')
      .map(({ what }) => `${what}: events of the past keep what they were judged`),
  }
}

/** What a command says of the generation that it wants. */
export interface AskedRebuild {
  /** The pipeline file; null: none was named. */
  readonly text: string | null
  readonly partitions: number | null
  readonly notify: boolean
  readonly newKey: boolean
}

/** Whether the generation that is being built is the one asked for: the same command, given again by whoever restarts what died, goes on with it. */
export const isAskedFor = (
  next: Pick<NextGeneration, 'partitions' | 'key'>,
  /** The definition that it is built under. */
  { content, notify }: Pick<StoredDefinition, 'content' | 'notify'>,
  asked: AskedRebuild,
): boolean =>
  (asked.text === null || asked.text === content) &&
  (asked.partitions === null || asked.partitions === next.partitions) &&
  (!asked.notify || notify === true) &&
  (!asked.newKey || next.key !== undefined)

/** Spelling decides pseudonyms, and those of the past can't be made anew: only the raw records had the addresses. */
function refuseSpelling(forbidden: readonly ForbiddenChange[]): void {
  const refused = forbidden.filter(({ kind }) => kind === 'spelling')
  if (refused.length === 0) return
  throw new TributaryError(
    'TRB_DEFINITION_FORBIDDEN',
    `${refused.map(({ what }) => what).join('; ')}: events of the past have pseudonyms of the old spelling, and nothing but the raw records could give them new ones`,
    { hint: 'Undo that part of the change.' },
  )
}

async function append(
  { producer, reader, definitions }: PlanPorts,
  generation: number,
  {
    text,
    hash,
    at,
    by,
    notify,
  }: Pick<PlanOptions, 'at' | 'by' | 'notify'> & { readonly text: string; readonly hash: string },
): Promise<DefinitionVersion> {
  const value = encodeDefinition({
    content: text,
    hash,
    deployedAt: at,
    deployedBy: by,
    generation,
    ...(notify ? { notify } : {}),
  })
  await producer.send([
    { topic: definitions, records: [{ key: Buffer.from(hash), value, partition: 0 }] },
  ])
  const stored = await latestDefinition(reader, definitions, generation)
  if (stored === null)
    throw new TributaryError('TRB_INTERNAL', `${definitions} is empty after an append`)
  return stored.version
}
