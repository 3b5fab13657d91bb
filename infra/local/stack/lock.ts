import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from './errors.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

const waitMsMax = 120_000

/** Runs `work` while no other process changes the same stack; a dead holder's lock is taken over. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'lock')
  const deadline = performance.now() + waitMsMax
  while (!take(file)) {
    const holder = holderOf(file)
    if (holder !== null && !isAlive(holder)) rmSync(file, { force: true })
    if (performance.now() > deadline) {
      throw new StackError('busy', `Process ${holder?.pid ?? '?'} is still changing ${directory}`)
    }
    await sleep(100)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function holderOf(file: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const known = typeof value === 'object' && value !== null
    if (!known || !('pid' in value) || !('startedAt' in value)) return null
    const { pid, startedAt } = value
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null
  } catch {
    return null
  }
}
