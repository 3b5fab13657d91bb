import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const checkout = resolve(import.meta.dirname, '../../..')
const cache = join(checkout, '.tributary')
/** Where a kept demo says how to reach it; the command line reads it. */
export const demoFile = join(cache, 'demo.json')
export const stackDirectory = join(cache, 'stack')

export const demoPath = join(cache, 'demo')

export interface DemoDirectory {
  readonly path: string
  readonly keyFile: string
  readonly ledgerFile: string
}

/** A fresh directory for one demo: logs, states, ledger, and an installation key of its own. */
export function createDemoDirectory(): DemoDirectory {
  const path = demoPath
  rmSync(path, { recursive: true, force: true })
  rmSync(demoFile, { force: true })
  mkdirSync(path, { recursive: true })
  const keyFile = join(path, 'installation.key')
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  return { path, keyFile, ledgerFile: join(path, 'ledger.ndjson') }
}
