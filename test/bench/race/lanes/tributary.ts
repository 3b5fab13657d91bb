import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Installation, installOn } from '../../../support/pipeline/install.ts'
import { assertAlive, type ServiceProcess } from '../../../support/pipeline/service-process.ts'
import { checkout } from '../../../world/demo/directory.ts'
import { type ServiceName, serviceNames } from '../../../world/demo/services.ts'
import type { Member } from '../cpu.ts'
import type { Ground } from '../ground.ts'
import { allEvents, allPeople, type StreamPlan } from '../stream/plan.ts'
import type { Lane } from './lane.ts'

export const racePipeline = join(checkout, 'test/bench/race/pipeline.yaml')

export interface TributaryOptions {
  readonly plan: StreamPlan
  /** Where Node's CPU profiles of the services go, a folder for each service; null: none are taken. */
  readonly profileDirectory: string | null
}

/** The whole of Tributary, one process for each service, with what an operator gets without setting anything. */
export async function tributaryLane(
  ground: Ground,
  { plan, profileDirectory }: TributaryOptions,
): Promise<Lane & { readonly installation: Installation }> {
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
    async start() {
      started = serviceNames.map((name) =>
        installation.start(name, name, serviceEnvironment(name, profileDirectory)),
      )
      await installation.ready(started)
      return started.map(memberOf)
    },
    assertAlive: () => assertAlive(started),
    async isComplete() {
      const [row] = await clickhouse.query<{ readonly profiles: string; readonly events: string }>(
        'SELECT count() AS profiles, sum(events) AS events FROM profiles FINAL',
      )
      return Number(row?.profiles) === allPeople(plan) && Number(row?.events) === allEvents(plan)
    },
    async stop() {
      await Promise.all(started.map(async (one) => one.stop()))
    },
    drop: async () => installation.drop(),
  }
}

function serviceEnvironment(
  name: ServiceName,
  profileDirectory: string | null,
): Record<string, string> {
  // As a service has them that nobody configured: installations of tests give up on a killed process sooner.
  const defaults = { KAFKA_SESSION_TIMEOUT_MS: '30000', KAFKA_HEARTBEAT_INTERVAL_MS: '3000' }
  if (profileDirectory === null) return defaults
  const directory = join(profileDirectory, name)
  mkdirSync(directory, { recursive: true })
  return { ...defaults, NODE_OPTIONS: `--cpu-prof "--cpu-prof-dir=${directory}"` }
}

function memberOf({ instance, pid }: ServiceProcess): Member {
  if (pid === undefined) throw new Error(`${instance} could not be started`)
  return { name: instance, pid }
}
