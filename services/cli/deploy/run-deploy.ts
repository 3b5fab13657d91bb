import { randomUUID } from 'node:crypto'
import { migrateColumns } from '#runtime/clickhouse/index.ts'
import { deploy } from '#runtime/definition/deploy/deploy.ts'
import { hasErrors } from '#runtime/definition/findings.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'
import { renderFindings } from '../lint/render-findings.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { toJsonLine } from '../shell/json.ts'
import { servingGeneration } from '../shell/serving-generation.ts'
import { readInput } from '../shell/read-input.ts'
import { ownAccount } from '../shell/own-account.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { printDryRun } from './dry-run/run-dry-run.ts'
import { deploymentJson, printDeployment } from './describe-deployment.ts'

export interface DeployArguments {
  readonly file: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly reason: string
  readonly dryRun: boolean
  /** Of a dry run: how many people are looked at, at most. */
  readonly sample: number
  /** Consumers of public changes hear who enters and leaves by it. */
  readonly notify: boolean
  readonly json: boolean
}

/** Exit 1 when the file has errors; then nothing was changed. */
export const runDeploy = async (terminal: Terminal, asked: DeployArguments): Promise<ExitStatus> =>
  asked.dryRun
    ? deployFile(terminal, asked, null)
    : audited(terminal, { command: 'deploy', ...asked }, async (trail) =>
        deployFile(terminal, asked, trail),
      )

async function deployFile(
  terminal: Terminal,
  asked: DeployArguments,
  trail: AuditTrail | null,
): Promise<ExitStatus> {
  const text = await readInput(terminal, asked.file)
  const { prefix, partitions: configured } = readKafkaConfig(terminal)
  await using open = new AsyncDisposableStack()
  const clickhouse = openClickHouse(terminal)
  open.defer(async () => clickhouse.close())
  const kafka = openKafka(terminal)
  open.defer(async () => kafka.close())
  const admin = await kafka.admin()
  open.defer(async () => admin.close())
  const producer = await kafka.producer()
  open.defer(async () => producer.close())
  const serving = await servingGeneration(kafka, admin, { prefix, partitions: configured })
  const { generation, record } = serving
  if (!asked.dryRun) refuseWhileRebuilding(record)
  const topics = {
    definitions: topicName(prefix, 'pipeline.definitions'),
    profileLog: topicName(prefix, 'profile.log', generation),
    identityLinks: topicName(prefix, 'identity.links', generation),
  }
  const partitions = await partitionsOf(admin, topics)
  const deployment = await deploy(
    {
      producer,
      reader: kafka.reader(),
      topics,
      generation,
      partitions,
      migrateColumns: (definition) => migrateColumns(clickhouse, definition),
    },
    text,
    {
      dryRun: asked.dryRun,
      notify: asked.notify,
      at: epochMs(terminal.now().getTime()),
      by: asked.by ?? ownAccount(),
      nonce: randomUUID(),
    },
  )
  trail?.add({ version: deployment.version, unchanged: deployment.plan.unchanged })
  const failed = hasErrors(deployment.plan.findings)
  if (asked.dryRun && !failed)
    await printDryRun(
      terminal,
      { clickhouse, reader: kafka.reader(), definitions: topics.definitions },
      deployment,
      asked,
    )
  else if (asked.json) {
    const notify = asked.notify && !deployment.plan.unchanged
    terminal.stdout.write(toJsonLine({ ...deploymentJson(deployment, asked), notify }))
  } else if (failed)
    terminal.stdout.write(renderFindings(asked.file, text, deployment.plan.findings))
  else terminal.stdout.write(printDeployment(deployment, asked))
  return failed || deployment.plan.forbidden.length > 0 ? 1 : 0
}

/** The new generation is folded under one file from its start on: another one would reach only the log that it replaces. */
function refuseWhileRebuilding({ next }: GenerationsRecord): void {
  if (next === null) return
  throw new TributaryError(
    'TRB_REBUILD_UNDER_WAY',
    `generation ${next.generation} is being built (${next.phase}) under definition ${next.definition}`,
  )
}

/** Partitions of the log as it is, whatever is configured here: a Define goes to each of them. */
async function partitionsOf(
  admin: Admin,
  topics: Readonly<Record<'definitions' | 'profileLog' | 'identityLinks', string>>,
): Promise<number> {
  const described = await admin.describeTopics(Object.values(topics))
  const missing = Object.values(topics).filter((topic) => !described.has(topic))
  const log = described.get(topics.profileLog)
  if (missing.length === 0 && log !== undefined) return log.partitions
  throw new TributaryError('TRB_TOPIC_MISSING', `${missing.join(', ')}: no such topic`)
}
