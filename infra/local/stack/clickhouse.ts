import { mkdirSync } from 'node:fs'
import type { ComponentPaths } from './paths.ts'
import { clickhouseServerFile } from './paths.ts'
import type { Launch } from './supervise.ts'

export interface ClickHouseOptions {
  readonly paths: ComponentPaths
  readonly port: number
  readonly database: string
  readonly environment: Readonly<Record<string, string>>
}

/** Statements at once; each holds a thread of Node's pool. */
const threads = 8

export function prepareClickHouse(options: ClickHouseOptions): Launch {
  const { paths } = options
  mkdirSync(paths.data, { recursive: true })
  return {
    name: 'ClickHouse',
    command: process.execPath,
    args: [
      clickhouseServerFile,
      `--dir=${paths.data}`,
      `--port=${options.port}`,
      `--database=${options.database}`,
      `--threads=${threads}`,
    ],
    environment: { ...options.environment, UV_THREADPOOL_SIZE: String(threads + 2) },
    workingDirectory: paths.data,
    logFile: paths.logFile,
    pidFile: paths.pidFile,
  }
}
