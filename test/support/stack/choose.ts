import { missingTools } from '../../../infra/local/stack/toolchain.ts'
import type { StackConfig } from './config.ts'
import { startLocal } from './local.ts'
import { useRunning } from './running.ts'
import type { Stack } from './stack.ts'

/** The stack that the environment asks for; without a word, local where Java and Maven are. */
export async function startStack(config: StackConfig): Promise<Stack> {
  if (config.statusFile !== null) return useRunning(config.statusFile)
  const implementation = config.implementation ?? (missingTools().length === 0 ? 'local' : 'docker')
  switch (implementation) {
    case 'local':
      return startLocal(config)
    case 'docker': {
      // Loaded only here: testcontainers alone takes a second to load.
      const { startDocker } = await import('./docker.ts')
      return startDocker()
    }
    default:
      return implementation satisfies never
  }
}
