import { bootService } from '#runtime/boot/index.ts'
import { startChannel } from '#runtime/channel/shell/start-channel.ts'
import { config } from './config.ts'
import { pipeline } from './pipeline.ts'

await bootService({ service: 'web', config, process }, async (boot) =>
  startChannel(boot, pipeline, () => process.kill(process.pid, 'SIGKILL')),
)
