import { definitionHash } from '#runtime/log/definitions-record.ts'
import { parsePipeline } from '#runtime/definition/parse-pipeline.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { readClickHouseConfig, readCommonConfig, readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { readInput } from '../shell/read-input.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { diagnose, exitOf } from './diagnose.ts'
import type { Facts, KafkaFacts, PipelineFileFact } from './facts.ts'
import { printDoctor } from './print-doctor.ts'
import { readClickHouse } from './read-clickhouse.ts'
import { unread } from './read-fact.ts'
import { readHost } from './read-host.ts'
import { readKafka, unreadKafka } from './read-kafka.ts'
import { readRegistry } from './read-registry.ts'

export interface DoctorArguments {
  /** null: the deployed file is compared with none. */
  readonly pipelineFile: string | null
  /** How long each check may take. */
  readonly timeoutMs: number
  readonly json: boolean
}

/** Looks at the whole installation from the outside and changes nothing. Exit 1: a problem; 3: nothing can be reached. */
export async function runDoctor(
  terminal: Terminal,
  { json, pipelineFile, timeoutMs }: DoctorArguments,
): Promise<ExitStatus> {
  const { prefix } = readCommonConfig(terminal)
  const file = pipelineFile === null ? null : await readFile(terminal, pipelineFile)
  // Taken first: a lag may be said too small by the seconds that the look takes, never too large.
  const now = epochMs(terminal.now().getTime())
  const [host, kafka, registry, clickhouse] = await Promise.all([
    readHost(terminal, timeoutMs),
    readKafkaFacts(terminal, timeoutMs),
    readRegistry(terminal, timeoutMs),
    readClickHouse(terminal, timeoutMs),
  ])
  const facts: Facts = {
    now,
    prefix,
    database: databaseOf(terminal),
    host,
    kafka,
    registry,
    clickhouse,
    pipelineFile: file,
  }
  refuseWithoutConfiguration(facts)
  const diagnosis = diagnose(facts)
  const { findings, reported, slowest, stages } = diagnosis
  terminal.stdout.write(
    json
      ? toJsonLine({ findings, stages, reported, slowest_stage: slowest?.stage ?? null })
      : printDoctor(diagnosis),
  )
  return exitOf(facts, diagnosis)
}

async function readKafkaFacts(terminal: Terminal, timeoutMs: number): Promise<KafkaFacts> {
  let kafka: ReturnType<typeof openKafka>
  try {
    kafka = openKafka(terminal, { requestTimeoutMs: timeoutMs, retries: 1 })
  } catch (error) {
    return unreadKafka(unread(error))
  }
  try {
    const { partitions, prefix, replicationFactor } = readKafkaConfig(terminal)
    const { now } = terminal
    return await readKafka(kafka, { partitions, prefix, replicationFactor, timeoutMs, now })
  } finally {
    await kafka.close()
  }
}

async function readFile(terminal: Terminal, file: string): Promise<PipelineFileFact> {
  const text = await readInput(terminal, file)
  const errors = parsePipeline(text).findings.filter(({ severity }) => severity === 'error')
  return { file, hash: definitionHash(text), errors: errors.length }
}

/** Only for what is shown: where it is not configured, that is a finding of its own. */
function databaseOf(terminal: Terminal): string {
  try {
    return readClickHouseConfig(terminal).clickhouseDatabase
  } catch {
    return ''
  }
}

/** Where nobody said anything, there is nothing to look at. */
function refuseWithoutConfiguration({ clickhouse, kafka, registry }: Facts): void {
  const all = [kafka.cluster, registry, clickhouse.server]
  if (!all.every((fact) => !fact.read && fact.kind === 'configuration')) return
  throw new TributaryError(
    'TRB_CONFIG_INVALID',
    all.map((fact) => (fact.read ? '' : fact.why)).join('; '),
    {
      hint: 'Set the variables to the addresses of yours, or start a local stack: npm run stack -- up.',
    },
  )
}
