import { userInfo } from 'node:os'
import { randomUUID } from 'node:crypto'
import { type ClickHouse, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { deploy } from '#runtime/definition/deploy/deploy.ts'
import { readFirstFile } from '#runtime/definition/deploy/first-file.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { OwnGeneration } from '#runtime/generation/index.ts'
import type { Admin, PartitionReader, Producer } from '#runtime/kafka/ports.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import type { Topology } from '../../topology.ts'

export interface FirstDeploymentDeps {
  readonly admin: Pick<Admin, 'offsets'>
  readonly reader: PartitionReader
  readonly producer: Pick<Producer, 'send'>
  readonly clickhouse: ClickHouse
  readonly topology: Topology
  readonly generation: OwnGeneration
  /** The file to deploy where nothing was deployed yet. */
  readonly pipelineFile: string
  readonly log: Logger
}

/**
 * Deploys the pipeline file of the configuration if nothing was ever deployed, and finishes a deployment that was cut off before
 * every partition had its first Define: nothing may stand in a partition before that. Repeatable, and harmless when two processes do
 * it at once.
 */
export async function deployFirst(deps: FirstDeploymentDeps): Promise<void> {
  const { admin, reader, producer, clickhouse, topology, generation, log } = deps
  const { definitions, profileLog } = topology.reads
  const latest = await latestDefinition(reader, definitions, generation.number)
  const ranges = await admin.offsets(profileLog)
  const defined = [...ranges.values()].every(({ high }) => high > 0)
  if (latest !== null && defined) return
  log.info({ pipelineFile: deps.pipelineFile }, 'nothing is deployed yet: deploying')
  const content = latest?.content ?? (await readFirstFile(deps.pipelineFile))
  await migrate(clickhouse, { now: () => new Date() })
  const { plan, version } = await deploy(
    {
      producer,
      reader,
      topics: { definitions, profileLog, identityLinks: topology.writes.links },
      generation: generation.number,
      partitions: generation.partitions,
      migrateColumns: async (definition) => migrateColumns(clickhouse, definition),
    },
    content,
    { dryRun: false, at: epochMs(Date.now()), by: userInfo().username, nonce: randomUUID() },
  )
  if (version === null) throw refused(deps.pipelineFile, plan.findings.length)
  log.info({ version }, 'deployed')
}

const refused = (file: string, findings: number): TributaryError =>
  new TributaryError(
    'TRB_DEFINITION_INVALID',
    `${file} has ${findings} mistake(s): see tributary lint ${file}`,
  )
