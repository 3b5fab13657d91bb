import { TributaryError } from '../../errors/index.ts'
import type { DefinitionVersion, EpochMs } from '../../event/ids.ts'
import type { PartitionReader, Producer } from '../../kafka/ports.ts'
import { encodeDefinition } from '../../log/definitions-record.ts'
import { encodeFrame } from '../../log/frame.ts'
import { encodeLinksRecord } from '../../log/links-record.ts'
import type { CompiledDefinition } from '../compiled.ts'
import { latestDefinition } from './definition-log.ts'
import { type DeploymentPlan, planDeployment } from './plan.ts'

export interface DeployPorts {
  readonly producer: Pick<Producer, 'send'>
  readonly reader: PartitionReader
  /** Names of the topics, prefix included. */
  readonly topics: {
    readonly definitions: string
    readonly profileLog: string
    readonly identityLinks: string
  }
  /** Of profile.log and the links: the one that serves. */
  readonly generation: number
  /** Partitions of its `profile.log`. */
  readonly partitions: number
  /** Gives the tables the definition's columns. Repeatable. */
  readonly migrateColumns: (definition: CompiledDefinition) => Promise<unknown>
}

export interface DeployOptions {
  readonly dryRun: boolean
  /** Say in public who enters and leaves by it. Left out: nobody is told. */
  readonly notify?: boolean
  readonly at: EpochMs
  /** Account of whoever deploys. */
  readonly by: string
  /** Makes the key of this send on `identity.links` its own, so that compaction lets nothing supersede anything. */
  readonly nonce: string
}

export interface Deployment {
  readonly plan: DeploymentPlan
  /** The version in force afterwards; null: none, since this was a dry run or the file has errors. */
  readonly version: DefinitionVersion | null
}

/**
 * Puts a pipeline file into the log: columns first, then the record whose offset is its version, then a Define to every partition and
 * to the linker. May be repeated, and cut off anywhere: the next run sends the Defines of the latest version again.
 * @throws TributaryError `TRB_DEFINITION_FORBIDDEN` for a change that needs a new generation. A file with errors is no exception:
 *   they are in `plan.findings`, and nothing happens.
 */
export async function deploy(
  ports: DeployPorts,
  text: string,
  options: DeployOptions,
): Promise<Deployment> {
  const { reader, topics, generation } = ports
  const current = await latestDefinition(reader, topics.definitions, generation)
  const plan = planDeployment(current?.content ?? null, text)
  if (plan.definition === null) return { plan, version: null }
  if (options.dryRun) return { plan, version: current?.version ?? null }
  refuseForbidden(plan)
  await ports.migrateColumns(plan.definition)
  if (!plan.unchanged) await append(ports, plan, text, options)
  const latest = await latestDefinition(reader, topics.definitions, generation)
  if (latest === null)
    throw new TributaryError('TRB_INTERNAL', `${topics.definitions} is empty after an append`)
  await sendDefines(ports, latest.version, options)
  return { plan, version: latest.version }
}

function refuseForbidden({ forbidden }: DeploymentPlan): void {
  if (forbidden.length === 0) return
  throw new TributaryError(
    'TRB_DEFINITION_FORBIDDEN',
    forbidden.map(({ what, why }) => `${what}: ${why}`).join('; '),
    { context: { changes: forbidden.length } },
  )
}

const append = (
  { producer, topics, generation }: DeployPorts,
  { hash }: DeploymentPlan,
  content: string,
  { at, by, notify }: DeployOptions,
): Promise<void> =>
  producer.send([
    {
      topic: topics.definitions,
      records: [
        {
          key: Buffer.from(hash),
          value: encodeDefinition({
            content,
            hash,
            deployedAt: at,
            deployedBy: by,
            generation,
            ...(notify === true ? { notify } : {}),
          }),
          partition: 0,
        },
      ],
    },
  ])

/** The position is the version's own, so a partition that has applied a Define ignores its repetition. */
async function sendDefines(
  { producer, topics, partitions }: DeployPorts,
  version: DefinitionVersion,
  { at, nonce }: DeployOptions,
): Promise<void> {
  const frame = encodeFrame({
    origin: { kind: 'definitions' },
    logTime: null,
    messages: [{ position: [version, 0, 0], body: { kind: 'define', version } }],
  })
  await producer.send([
    {
      topic: topics.profileLog,
      records: Array.from({ length: partitions }, (_, partition) => ({
        key: null,
        value: frame,
        partition,
      })),
    },
    {
      topic: topics.identityLinks,
      records: [
        {
          key: Buffer.from(`define/${version}/${nonce}`),
          value: encodeLinksRecord({ kind: 'define', version, at }),
          partition: 0,
        },
      ],
    },
  ])
}
