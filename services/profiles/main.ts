import { bootService } from '#runtime/boot/index.ts'
import { config } from './config.ts'
import { startProfiles } from './shell/start/start-profiles.ts'

await bootService({ service: 'profiles', config, process }, async (boot) =>
  startProfiles(boot, () => process.kill(process.pid, 'SIGKILL')),
)
