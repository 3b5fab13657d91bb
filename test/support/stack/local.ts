import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalStack } from '../../../infra/local/stack/local-stack.ts'
import type { StackConfig } from './config.ts'
import { leaveOwner, sweepAbandoned, temporaryPrefix } from './abandoned.ts'
import type { Stack } from './stack.ts'

/** A stack of this test run's own, in a temporary directory that goes with it. */
export async function startLocal(config: StackConfig): Promise<Stack> {
  await sweepAbandoned(config.environment)
  const dir = mkdtempSync(join(tmpdir(), temporaryPrefix))
  leaveOwner(dir)
  const stack = await startLocalStack({ dir, environment: config.environment })
  return {
    implementation: 'local',
    kafkaBrokers: [...stack.kafka.brokers],
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
    restart: async (component) => {
      await stack.kill(component)
      await stack.restart(component)
    },
    stop: async () => {
      await stack.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
