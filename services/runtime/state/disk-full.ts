import { statfsSync } from 'node:fs'
import { asError, isTributaryError, TributaryError } from '../errors/index.ts'

/** Free bytes of the file system of a directory that ordinary users may use. */
export type FreeBytes = (directory: string) => number

export const freeBytesOf: FreeBytes = (directory) => {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

/**
 * Below that nothing is opened. LMDB maps its lock file, and a page of a map that the disk has no room for kills the process (SIGBUS); and a
 * state that could be opened but not written would do a flush's work for nothing, again and again.
 */
export const roomMinBytes = 1024 * 1024

/** A commit that fails for an unnamed reason with no more room than that failed for want of it: no flush writes as much. */
const roomForCommitBytes = 256 * 1024 * 1024

const errnoFull: ReadonlySet<number> = new Set([28, 122])
/** LMDB's word for a page that was written in part, which is what a disk does that is full just then. */
const errnoIo = 5
const mapFull = -30_792
const codesFull: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

const codeOf = (error: Error): unknown => ('code' in error ? error.code : undefined)

/** Whether it is the system's word for a disk, or somebody's share of it, that has no room. */
export const saysFull = (error: Error): boolean => codesFull.has(String(codeOf(error)))

function isFull(error: Error, directory: string, freeBytes: FreeBytes): boolean {
  const code = codeOf(error)
  if (typeof code === 'string') return saysFull(error)
  if (typeof code === 'number' && (errnoFull.has(code) || code === mapFull)) return true
  const isUnnamed = code === errnoIo || (code === undefined && 'commitError' in error)
  return isUnnamed && freeBytes(directory) < roomForCommitBytes
}

/** The error under our code when it says that there is no room, else as it is. */
export function stateError(
  thrown: unknown,
  directory: string,
  freeBytes: FreeBytes = freeBytesOf,
): Error {
  const error = asError(thrown)
  if (isTributaryError(error) || !isFull(error, directory, freeBytes)) return error
  return full(directory, error.message, error)
}

/** @throws TributaryError TRB_STATE_FULL */
export function refuseWithoutRoom(directory: string, freeBytes: FreeBytes = freeBytesOf): void {
  const bytes = freeBytes(directory)
  if (bytes >= roomMinBytes) return
  throw full(directory, `${bytes} bytes are free, ${roomMinBytes} are needed to open it`)
}

const full = (directory: string, why: string, cause?: Error): TributaryError =>
  new TributaryError('TRB_STATE_FULL', `no room for the state in ${directory}: ${why}`, {
    context: { directory },
    cause,
  })
