import { join } from 'node:path'
import { installOn } from '../../../support/pipeline/install.ts'
import { lagOf } from '../../../world/demo/converge.ts'
import { checkout } from '../../../world/demo/directory.ts'
import type { Ground } from '../ground.ts'
import { type Child, startChild } from './child.ts'
import type { StreamPlan } from '../stream/plan.ts'
import { problemsOfEvents } from './complete.ts'
import type { Lane } from './lane.ts'
import { racePipeline } from '../pipeline-file.ts'
import type { RowRates } from '../floor/constant-rows.ts'

/** The same bytes through the same parts without logic: three channels that decode and send frames on, and one process that writes rows. */
export async function floorLane(ground: Ground, plan: StreamPlan, rates: RowRates): Promise<Lane> {
  const installation = await installOn(ground.addresses, { pipelineFile: racePipeline })
  const { admin, clickhouse, directory, prefix } = installation
  const topicOf = {
    web: `${prefix}.channel.web`,
    email: `${prefix}.channel.email`,
    crm: `${prefix}.channel.crm`,
  }
  const hop = `${prefix}.profile.log`
  const group = `${prefix}.floor`
  const start = (name: string, file: string, reads: string): Child => {
    const settings = {
      brokers: ground.addresses.kafkaBrokers.join(','),
      registry: ground.addresses.registryUrl,
      clickhouse: ground.addresses.clickhouseUrl,
      database: prefix,
      reads,
      hop,
      group: `${group}-${name}`,
      ...rates,
    }
    return startChild({
      name,
      command: process.execPath,
      args: [
        '--disable-warning=TimeoutNegativeWarning',
        join(checkout, 'test/bench/race/floor', file),
        ...Object.entries(settings).map(([option, value]) => `--${option}=${value}`),
      ],
      workingDirectory: checkout,
      logFile: join(directory, `floor-${name}.log`),
    })
  }
  let children: readonly Child[] = []
  return {
    clickhouse,
    topicOf,
    start() {
      children = [
        start('sink', 'sink.ts', hop),
        ...Object.entries(topicOf).map(([channel, topic]) => start(channel, 'channel.ts', topic)),
      ]
      return children.map(({ member }) => member)
    },
    assertAlive() {
      for (const child of children) child.assertAlive()
    },
    trouble: async () => Promise.resolve(children.map((child) => child.lastWords()).join('; ')),
    // Rows of all tables of a flush are stored before its frames are committed.
    async missing() {
      const { lag } = await lagOf(admin, [{ group: `${group}-sink`, topics: [hop] }])
      return lag === 0 ? '' : `${lag} frames wait`
    },
    async stop() {
      await Promise.all(children.map(async (child) => child.stop()))
    },
    problems: async () => problemsOfEvents(clickhouse, plan),
    async drop() {
      await Promise.all(children.map(async (child) => child.stop()))
      await installation.drop()
    },
  }
}
