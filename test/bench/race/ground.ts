import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import {
  type RunningStack,
  startLocalStack,
  stopLocalStack,
} from '../../../infra/local/stack/local-stack.ts'
import type { InstallationStack } from '../../support/pipeline/install.ts'
import type { Undoing } from '../../support/undoing.ts'
import type { Member } from './cpu.ts'

/** A local stack that nobody else uses, and a directory that goes with it. */
export interface Ground {
  readonly directory: string
  readonly stack: RunningStack
  readonly addresses: InstallationStack
  /** The harness's own. */
  readonly kafka: KafkaClient
  /** The broker and ClickHouse. The registry is asked for one schema a process, and does not count. */
  readonly members: readonly Member[]
}

export async function openGround(
  undoing: Undoing,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-race-'))
  undoing.push(() => rmSync(directory, { recursive: true, force: true }))
  const dir = join(directory, 'stack')
  undoing.push(async () => {
    await stopLocalStack(dir, environment)
  })
  const stack = await startLocalStack({ dir, environment })
  const { brokers } = stack.kafka
  const kafka = createKafkajsClient({ brokers, clientId: 'race' }, silentLogger)
  undoing.push(async () => kafka.close())
  return {
    directory,
    stack,
    kafka,
    addresses: {
      kafkaBrokers: brokers,
      registryUrl: stack.registry.url,
      clickhouseUrl: stack.clickhouse.url,
    },
    members: [member('broker', stack.pids.kafka), member('clickhouse', stack.pids.clickhouse)],
  }
}

function member(name: string, pid: number | null): Member {
  if (pid === null) throw new Error(`${name} does not run`)
  return { name, pid }
}
