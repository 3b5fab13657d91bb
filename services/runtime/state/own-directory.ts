import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { TributaryError } from '../errors/index.ts'
import { stateError } from './disk-full.ts'

/** A process for certain: a pid alone may have been given to another one meanwhile. */
export interface Owner {
  readonly pid: number
  /** When the kernel started it, in ticks since boot; '' where the system does not tell. */
  readonly startedAt: string
}

export interface Ownership {
  release(): void
}

/** Who runs under a pid; null: nobody. */
export type FindProcess = (pid: number) => Owner | null

const lockName = 'owner.json'

/**
 * Makes this process the only owner of a state directory, until `release` or its end. A lock that a dead process left is taken over.
 * Never for directories shared between hosts: a pid says nothing there.
 * @throws TributaryError TRB_STATE_IN_USE when another live process owns it, TRB_STATE_FULL.
 */
export function ownDirectory(
  directory: string,
  self: Owner = selfOwner(),
  findProcess: FindProcess = findProcessOnThisHost,
): Ownership {
  makeDirectory(directory)
  const path = join(directory, lockName)
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(path, self)) return { release: () => releaseIf(path, self) }
    const owner = read(path)
    if (owner !== null && isAlive(owner, self, findProcess)) throw inUse(directory, owner)
    // Renaming is atomic: of two processes that find the same dead lock, one takes it away.
    takeAway(path, self)
  }
  throw inUse(directory, read(path) ?? self)
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    throw stateError(error, directory)
  }
}

function create(path: string, self: Owner): boolean {
  try {
    const file = openSync(path, 'wx')
    try {
      writeFileSync(file, JSON.stringify(self))
    } finally {
      closeSync(file)
    }
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw stateError(error, dirname(path))
  }
}

function takeAway(path: string, self: Owner): void {
  const aside = `${path}.${self.pid}`
  try {
    renameSync(path, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
}

function read(path: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isOwner(owner) ? owner : null
  } catch {
    return null
  }
}

const isOwner = (value: unknown): value is Owner =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'startedAt' in value &&
  typeof value.startedAt === 'string'

function isAlive(owner: Owner, self: Owner, findProcess: FindProcess): boolean {
  if (owner.pid === self.pid) return owner.startedAt === self.startedAt
  return findProcess(owner.pid)?.startedAt === owner.startedAt
}

function releaseIf(path: string, self: Owner): void {
  const owner = read(path)
  if (owner?.pid === self.pid && owner.startedAt === self.startedAt) rmSync(path, { force: true })
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const inUse = (directory: string, owner: Owner): TributaryError =>
  new TributaryError(
    'TRB_STATE_IN_USE',
    `the state directory ${directory} belongs to process ${owner.pid}, which is running`,
    { context: { directory, pid: owner.pid } },
  )

const selfOwner = (): Owner =>
  findProcessOnThisHost(process.pid) ?? { pid: process.pid, startedAt: '' }

/** Reads /proc where there is one; elsewhere a living pid counts as the same process. */
export function findProcessOnThisHost(pid: number): Owner | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the name in brackets and may hold blanks; count from after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return { pid, startedAt: fields[19] ?? '' }
  } catch {
    return process.platform === 'linux' ? null : signalled(pid)
  }
}

function signalled(pid: number): Owner | null {
  try {
    process.kill(pid, 0)
    return { pid, startedAt: '' }
  } catch (error) {
    return isCode(error, 'EPERM') ? { pid, startedAt: '' } : null
  }
}
