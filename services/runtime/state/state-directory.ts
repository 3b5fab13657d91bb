import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { asError, TributaryError } from '../errors/index.ts'
import { saysFull } from './disk-full.ts'

const variable = 'TRIBUTARY_STATE_DIR'

/** Why no state can be kept there, or null; makes nothing. The disk being full is no fault of the setting, and waited for. */
export const stateDirectoryFault = (directory: string): string | null =>
  directoryFault(variable, directory)

/** The same of the directory that any variable names. */
export function directoryFault(name: string, directory: string): string | null {
  const place = existing(resolve(directory))
  if (!statSync(place).isDirectory())
    return `${name}: '${directory}' can't be a directory: ${place} is a file`
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    return unwritable(name, directory, error)
  }
}

/**
 * Makes it, or ends the start before anything is read.
 * @throws TributaryError TRB_CONFIG_INVALID
 */
export function makeStateDirectory(directory: string): void {
  const fault = stateDirectoryFault(directory) ?? makingFault(directory)
  if (fault !== null) throw wrongDirectory(fault)
}

/** What a start ends with where a directory can't be written. */
export const wrongDirectory = (fault: string): TributaryError =>
  new TributaryError('TRB_CONFIG_INVALID', fault, {
    hint: 'Name a directory that the user of the process may write to; a volume that is mounted keeps its own owner and may be read-only.',
  })

function makingFault(directory: string): string | null {
  try {
    make(resolve(directory))
    return null
  } catch (error) {
    return saysFull(asError(error)) ? null : unwritable(variable, directory, error)
  }
}

/** Node's own recursive `mkdir` tries for ever where nothing can be made, as in `/proc`. */
function make(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false }) !== undefined) return
  make(dirname(directory))
  mkdirSync(directory, { recursive: false })
}

const unwritable = (name: string, directory: string, error: unknown): string =>
  `${name}: '${directory}' can't be written: ${asError(error).message}`

/** The part of a path that is there. */
const existing = (path: string): string => (isThere(path) ? path : existing(dirname(path)))

/** A file within what is no directory is not there, either. */
function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch {
    return path === dirname(path)
  }
}
