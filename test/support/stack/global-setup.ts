import type { TestProject } from 'vitest/node'
import { startStack } from './choose.ts'
import { readStackConfig } from './config.ts'

/** One stack for the whole run; tests keep apart by prefix and database, not by stacks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack(readStackConfig())
  const { clickhouseUrl, implementation, kafkaBrokers, registryUrl } = stack
  project.provide('stack', { clickhouseUrl, implementation, kafkaBrokers, registryUrl })
  return () => stack.stop()
}
