import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClickHouse, createClickHouse } from '#runtime/clickhouse/index.ts'
import { freePorts } from '../../infra/local/stack/ports.ts'
import type { Undoing } from '../support/undoing.ts'
import { checkout } from '../world/demo/directory.ts'

/** The local stack's ClickHouse and nothing else of it, with a directory of its own that goes with it. */
export async function startOwnClickHouse(undoing: Undoing): Promise<ClickHouse> {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  undoing.push(() => rmSync(directory, { recursive: true, force: true }))
  const [port = 0] = await freePorts(1)
  const server = spawn(
    process.execPath,
    [
      join(checkout, 'infra/local/clickhouse-server.ts'),
      `--dir=${directory}/data`,
      `--port=${port}`,
      '--threads=8',
    ],
    // oxlint-disable-next-line node/no-process-env -- of a process of our own
    { stdio: 'ignore', env: { ...process.env, UV_THREADPOOL_SIZE: '10' } },
  )
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  undoing.push(async () => {
    server.kill('SIGTERM')
    await ended
  })
  const url = `http://127.0.0.1:${port}`
  const clickhouse = createClickHouse({ url, database: 'tributary', requestTimeoutMs: 600_000 })
  undoing.push(async () => clickhouse.close())
  for (let tries = 0; ; tries += 1)
    try {
      // oxlint-disable-next-line no-await-in-loop -- until it answers
      await clickhouse.ping()
      return clickhouse
    } catch (error) {
      if (tries === 100) throw error
      // oxlint-disable-next-line no-await-in-loop -- until it answers
      await sleep(100)
    }
}
