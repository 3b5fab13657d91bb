import { bootService } from '#runtime/boot/index.ts'
import { identityConfig } from './config.ts'
import { startIdentity } from './shell/start/start-identity.ts'

await bootService({ service: 'identity', config: identityConfig, process }, async (boot) =>
  startIdentity(boot, () => process.kill(process.pid, 'SIGKILL')),
)
