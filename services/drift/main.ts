import { bootService } from '#runtime/boot/index.ts'
import { driftConfig } from './config.ts'
import { startDrift } from './shell/start-drift.ts'

await bootService({ service: 'drift', config: driftConfig, process }, startDrift)
