import { parseArgs } from 'node:util'
import { runStackCommand } from './stack/command.ts'

const options = {
  dir: { type: 'string' },
  json: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  database: { type: 'string' },
  'kafka-port': { type: 'string' },
  'registry-port': { type: 'string' },
  'clickhouse-port': { type: 'string' },
} as const

process.exitCode = await runStackCommand(
  () => parseArgs({ options, allowPositionals: true }),
  process,
)
