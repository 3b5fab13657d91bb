import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { loadInstallationKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { RunningStack } from '../../../infra/local/stack/local-stack.ts'
import { createLedgerWriter } from '../ledger-file.ts'
import { readStatedPipeline } from '../oracle/pipeline-file.ts'
import { compileWhere } from '../oracle/where.ts'
import { createWorld } from '../world.ts'
import { tributary } from './command-line.ts'
import { type Comparison, compareWithTruth } from './compare.ts'
import { untilConverged } from './converge.ts'
import { checkout, type DemoDirectory } from './directory.ts'
import {
  createWorldTopics,
  demoEnvironment,
  openKafka,
  readings,
  worldTopicName,
  writeDemoFile,
} from './environment.ts'
import { registerEnvelope } from './envelope-encoder.ts'
import { feed } from './feed.ts'
import { readFigures } from './figures.ts'
import type { DemoOptions } from './options.ts'
import type { DemoProgress } from './progress.ts'
import { resultOf, type DemoResult } from './result.ts'
import {
  assertAlive,
  type RunningService,
  serviceNames,
  startService,
  untilReady,
} from './services.ts'
import { cpuBetween, readCpuTimes, readDropped } from './stages.ts'

export interface Demo {
  readonly result: DemoResult
  readonly comparison: Comparison
  readonly environment: Readonly<Record<string, string>>
  readonly services: readonly RunningService[]
}

export interface DemoContext {
  readonly stack: RunningStack
  readonly directory: DemoDirectory
  readonly environment: Readonly<Record<string, string>>
  readonly progress: DemoProgress
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsed: () => number
  /** When the story of the world ends. */
  readonly now: number
  readonly run: string
}

const worldDays = 150
const convergeTimeoutMs = 600_000

/** From an empty prefix to compared results; whoever calls it stops the services. */
export async function runDemo(
  options: DemoOptions,
  context: DemoContext,
  started: RunningService[],
): Promise<Demo> {
  const { stack, directory, progress, elapsed } = context
  const environment = demoEnvironment(stack, directory, context.run, context.environment)
  const prefix = environment['TRIBUTARY_PREFIX'] ?? ''
  const kafka = openKafka(environment)
  const admin = await kafka.admin()
  progress.step('Topics, tables and the definition')
  await createWorldTopics(admin, prefix)
  await tributary(['topics', 'apply'], environment)
  await tributary(['migrate'], environment)
  await tributary(['deploy', `${checkout}/infra/pipeline.yaml`], environment)
  writeDemoFile(environment)

  progress.step('Starting the services')
  for (const name of serviceNames) started.push(startService(name, environment, directory.path))
  await Promise.all(started.map((service) => untilReady(service, 60_000)))
  const profilesUrl = started.find(({ name }) => name === 'profiles')?.url() ?? ''

  progress.step(`${options.people} people send ${options.events} events`)
  const encodeEnvelope = await registerEnvelope(
    stack.registry.url,
    worldTopicName(prefix, 'channel.crm.tributary'),
  )
  const producer = await kafka.producer()
  const ledger = createLedgerWriter(directory.ledgerFile)
  const records = createWorld({
    seed: options.seed,
    events: options.events,
    people: options.people,
    now: context.now,
    days: worldDays,
    encodeEnvelope,
  })
  const cpuBefore = readCpuTimes(started, stack)
  const firstSend = elapsed()
  const fed = await feed({
    records,
    topicName: (topic) => worldTopicName(prefix, topic),
    producer,
    ledger,
    onProgress: (events) => progress.advance(events, options.events),
  })
  await ledger.close()
  await producer.close()
  progress.step('Waiting until nothing is under way')
  const converged = await untilConverged(admin, readings(prefix), {
    timeoutMs: convergeTimeoutMs,
    now: elapsed,
    onLook: (lag) => {
      assertAlive(started)
      progress.waiting(lag)
    },
  })

  const cpu = cpuBetween(cpuBefore, readCpuTimes(started, stack))
  progress.step('Comparing with what is true')
  const clickhouse = createClickHouse({
    url: stack.clickhouse.url,
    database: environment['CLICKHOUSE_DATABASE'] ?? '',
  })
  const pseudonymiser = createPseudonymiser(
    loadInstallationKey({ keyFile: directory.keyFile, key: null }).bytes,
  )
  const comparison = await compareWithTruth({
    clickhouse,
    ledgerFile: directory.ledgerFile,
    pipeline: readStatedPipeline(`${checkout}/infra/pipeline.yaml`, compileWhere),
    fragmentId: (type, value) => pseudonymiser.fragmentId(type, value),
  })
  const seconds = (converged - firstSend) / 1000
  const result = resultOf({
    seed: options.seed,
    fed,
    stored: await readFigures(clickhouse, profilesUrl),
    comparison,
    seconds,
    secondsTotal: elapsed() / 1000,
    cpu,
    dropped: await readDropped(started),
    versions: await versions(clickhouse),
  })
  progress.done()
  await clickhouse.close()
  await admin.close()
  await kafka.close()
  return { result, comparison, environment, services: started }
}

async function versions(
  clickhouse: ReturnType<typeof createClickHouse>,
): Promise<Record<string, string>> {
  const [row] = await clickhouse.query<{ readonly version: string }>('SELECT version() AS version')
  return { node: process.versions.node, clickhouse: row?.version ?? 'unknown' }
}
