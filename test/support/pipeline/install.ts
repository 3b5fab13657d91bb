import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import { loadInstallationKey } from '#runtime/keys/index.ts'
import { createPseudonymiser, type Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { createWorldTopics, readings } from '../../world/demo/environment.ts'
import { type Reading, untilConverged } from '../../world/demo/converge.ts'
import { checkout } from '../../world/demo/directory.ts'
import { serviceNames } from '../../world/demo/services.ts'
import { runCli } from '../cli/run-cli.ts'
import {
  assertAlive,
  type ServiceProcess,
  startServiceProcess,
  type TestedService,
  untilReady,
} from './service-process.ts'

export const shippedPipeline = join(checkout, 'infra/pipeline.yaml')

/** A whole Tributary of its own on the stack under test: topics, database, key, and the processes that the test starts. */
export interface Installation {
  readonly prefix: string
  readonly directory: string
  readonly keyFile: string
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly clickhouse: ClickHouse
  readonly pseudonymiser: Pseudonymiser
  readonly environment: Readonly<Record<string, string>>
  /** Every process started so far, ended ones too. */
  readonly processes: readonly ServiceProcess[]
  /** `tributary …` with this installation's environment. @throws Error with its own words when it fails. */
  tributary(...args: readonly string[]): Promise<string>
  start(
    service: TestedService,
    instance?: string,
    environment?: Readonly<Record<string, string>>,
  ): ServiceProcess
  ready(started: readonly ServiceProcess[]): Promise<void>
  /** One process of every service, all ready. */
  startAll(): Promise<readonly ServiceProcess[]>
  /** Waits until nothing is under way; every process in `alive` has to stay alive. */
  converged(alive: Iterable<ServiceProcess>, timeoutMs?: number, generation?: number): Promise<void>
  /** KILL for every process. */
  endProcesses(): Promise<void>
  /** Ends every process and closes what is open here; topics, tables and the directory stay. */
  close(): Promise<void>
  drop(): Promise<void>
}

/** Where the stack is that it is made on. */
export interface InstallationStack {
  readonly kafkaBrokers: readonly string[]
  readonly registryUrl: string
  readonly clickhouseUrl: string
}

export interface InstallationOptions {
  readonly pipelineFile?: string
  /** Of another installation, so that both make the same pseudonyms. */
  readonly keyFile?: string
  /** For states, logs and keys; must exist. Left out: a temporary one. */
  readonly directory?: string
}

/** Shortest that brokers allow: how long a killed process keeps its partitions. */
export const sessionTimeoutMs = 6000

/** Creates topics and tables and deploys the pipeline file, as an operator would. */
export async function installOn(
  stack: InstallationStack,
  options: InstallationOptions = {},
): Promise<Installation> {
  const prefix = `s${randomBytes(4).toString('hex')}`
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), `tributary-test-${prefix}-`))
  const keyFile = options.keyFile ?? join(directory, 'installation.key')
  if (options.keyFile === undefined)
    writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const pipelineFile = options.pipelineFile ?? shippedPipeline
  const kafka = createKafkajsClient(
    { brokers: stack.kafkaBrokers, clientId: `${prefix}-test` },
    silentLogger,
  )
  const admin = await kafka.admin()
  const clickhouse = createClickHouse({ url: stack.clickhouseUrl, database: prefix })
  const processes: ServiceProcess[] = []
  const environment = {
    TRIBUTARY_MODE: 'local',
    TRIBUTARY_PREFIX: prefix,
    TRIBUTARY_KEY_FILE: keyFile,
    TRIBUTARY_PIPELINE: pipelineFile,
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
    REGISTRY_URL: stack.registryUrl,
    CLICKHOUSE_URL: stack.clickhouseUrl,
    CLICKHOUSE_DATABASE: prefix,
  }
  const installation: Installation = {
    prefix,
    directory,
    keyFile,
    kafka,
    admin,
    clickhouse,
    pseudonymiser: createPseudonymiser(loadInstallationKey({ keyFile, key: null }).bytes),
    environment,
    processes,
    async tributary(...args) {
      const { status, stdout, stderr } = await runCli(args, environment, { checkout })
      if (status !== 0)
        throw new Error(`tributary ${args.join(' ')}: ${status}: ${stderr}${stdout}`)
      return stdout
    },
    start(service, instance = service, more = {}) {
      const started = startServiceProcess({
        service,
        instance,
        directory,
        environment: { ...environment, ...more },
      })
      processes.push(started)
      return started
    },
    async ready(started) {
      await Promise.all(started.map(async (one) => untilReady(one)))
    },
    async startAll() {
      const started = serviceNames.map((name) => installation.start(name))
      await installation.ready(started)
      return started
    },
    async converged(alive, timeoutMs = 60_000, generation = 0) {
      const all: readonly Reading[] = readings(prefix, generation)
      // One of its own: kafkajs goes on asking for every topic that a client ever met, also for one that a rebuild has dropped.
      const looking = await kafka.admin()
      try {
        await untilConverged(looking, all, {
          timeoutMs,
          now: () => performance.now(),
          onLook: () => assertAlive(alive),
        })
      } finally {
        await looking.close()
      }
    },
    async endProcesses() {
      for (const one of processes) one.kill('SIGKILL')
      await Promise.all(processes.map(async ({ exited }) => exited))
    },
    async close() {
      await installation.endProcesses()
      await Promise.all([admin.close(), kafka.close(), clickhouse.close()])
    },
    async drop() {
      await installation.endProcesses()
      const ours = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`))
      await admin.deleteTopics(ours)
      await clickhouse.command(`DROP DATABASE IF EXISTS ${prefix}`, { withoutDatabase: true })
      await installation.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  await createWorldTopics(admin, prefix)
  await installation.tributary('topics', 'apply')
  await installation.tributary('migrate')
  await installation.tributary('deploy', pipelineFile)
  return installation
}
