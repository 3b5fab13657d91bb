import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { asError } from '#runtime/errors/index.ts'
import { type Installation, installOn } from '../../../support/pipeline/install.ts'
import {
  assertAlive,
  healthOf,
  type ServiceProcess,
} from '../../../support/pipeline/service-process.ts'
import { type ServiceName, serviceNames } from '../../../world/demo/services.ts'
import { problemsByOracle } from '../check/oracle.ts'
import type { Member } from '../cpu.ts'
import type { Ground } from '../ground.ts'
import { racePipeline } from '../pipeline-file.ts'
import { missingInProfiles } from './complete.ts'
import type { Lane } from './lane.ts'
import { sessionTimeoutMs } from './standing-still.ts'

export interface TributaryOptions {
  /** What was sent, for the oracle. */
  readonly ledgerFile: string
  /** Where Node's CPU profiles of the services go, a folder for each service; null: none are taken. */
  readonly profileDirectory: string | null
  /** Processes of the profiles service; left out: one. */
  readonly workers?: number
}

export interface TributaryLane extends Lane {
  readonly installation: Installation
  /** Processes that were started and run. */
  members(): readonly Member[]
}

/** The whole of Tributary, one process for each service, with what an operator of a local stack gets without setting anything; Kafka's session timeout alone is another. */
export async function tributaryLane(
  ground: Ground,
  { ledgerFile, profileDirectory, workers = 1 }: TributaryOptions,
): Promise<TributaryLane> {
  const installation = await installOn(ground.addresses, { pipelineFile: racePipeline })
  const { clickhouse, prefix } = installation
  let started: readonly ServiceProcess[] = []
  return {
    installation,
    clickhouse,
    topicOf: {
      web: `${prefix}.channel.web`,
      email: `${prefix}.channel.email`,
      crm: `${prefix}.channel.crm`,
    },
    start() {
      started = instancesOf(workers).map(([service, instance]) =>
        installation.start(service, instance, serviceEnvironment(instance, profileDirectory)),
      )
      return started.map(memberOf)
    },
    members: () => started.filter((one) => one.isAlive()).map(memberOf),
    assertAlive: () => assertAlive(started),
    async trouble() {
      const answers = await Promise.all(started.map(troubleOf))
      return (
        answers.filter((answer) => answer !== '').join('; ') ||
        'all services say that they are well'
      )
    },
    missing: async (events, people) => missingInProfiles(clickhouse, events, people),
    async stop() {
      await Promise.all(started.map(async (one) => one.stop()))
    },
    problems: async () => problemsByOracle(installation, ledgerFile),
    drop: async () => installation.drop(),
  }
}

/** Each service and the names of its processes. */
const instancesOf = (workers: number): readonly (readonly [ServiceName, string])[] =>
  serviceNames.flatMap((name) => {
    const copies = Array.from({ length: name === 'profiles' ? workers : 1 }, (_, n) => n + 1)
    return copies.map((n) => [name, n === 1 ? name : `${name}-${n}`] as const)
  })

function serviceEnvironment(name: string, profileDirectory: string | null): Record<string, string> {
  const kafka = {
    KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    // What a service has by itself; a test's installation has less.
    KAFKA_HEARTBEAT_INTERVAL_MS: '3000',
  }
  if (profileDirectory === null) return kafka
  const directory = join(profileDirectory, name)
  mkdirSync(directory, { recursive: true })
  return { ...kafka, NODE_OPTIONS: `--cpu-prof "--cpu-prof-dir=${directory}"` }
}

async function troubleOf(one: ServiceProcess): Promise<string> {
  const health = await healthOf(one).catch((error: unknown) => asError(error).message)
  if (typeof health === 'string') return `${one.instance}: ${health}`
  const wrong = health.checks.filter(({ ok }) => !ok).map(({ name, why }) => `${name}: ${why}`)
  return wrong.length === 0 ? '' : `${one.instance}: ${wrong.join(', ')}`
}

function memberOf({ instance, pid }: ServiceProcess): Member {
  if (pid === undefined) throw new Error(`${instance} could not be started`)
  return { name: instance, pid }
}
