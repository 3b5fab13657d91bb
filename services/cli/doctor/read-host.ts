import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isTributaryError } from '#runtime/errors/index.ts'
import { loadInstallationKey } from '#runtime/keys/index.ts'
import { readKeyVariables, readStateConfig } from '../shell/configuration.ts'
import { ownVersion } from '../shell/own-version.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { DiskFact, HostFacts, KeyFact } from './facts.ts'
import type { Fact } from './finding.ts'
import { readFact } from './read-fact.ts'

const permissionBits = 0o777

export async function readHost(terminal: Terminal, timeoutMs: number): Promise<HostFacts> {
  return {
    node: process.versions.node,
    tributary: ownVersion(terminal) ?? 'of an unknown version',
    key: await readFact('the installation key', timeoutMs, async () =>
      Promise.resolve().then(() => readKey(terminal)),
    ),
    disks: await readDisks(terminal, timeoutMs),
  }
}

function readKey(terminal: Terminal): KeyFact {
  const { key, keyCommand, keyFile } = readKeyVariables(terminal)
  const from =
    keyFile !== null
      ? 'file'
      : keyCommand !== null
        ? 'command'
        : key !== null
          ? 'variable'
          : 'nowhere'
  const path = keyFile === null ? null : resolve(terminal.cwd, keyFile)
  const base = { from, path, mode: null } as const
  if (from === 'nowhere') return { ...base, fault: null }
  const places = [keyFile, key, keyCommand].filter((place) => place !== null)
  if (places.length > 1)
    return {
      ...base,
      fault: 'more than one of TRIBUTARY_KEY_FILE, TRIBUTARY_KEY and TRIBUTARY_KEY_COMMAND is set',
    }
  try {
    loadInstallationKey({ key, keyCommand, keyFile: path })
  } catch (error) {
    if (isTributaryError(error, 'TRB_KEY_INVALID')) return { ...base, fault: error.message }
    throw error
  }
  return { ...base, mode: path === null ? null : statSync(path).mode & permissionBits, fault: null }
}

async function readDisks(
  terminal: Terminal,
  timeoutMs: number,
): Promise<readonly Fact<DiskFact>[]> {
  const { checkpointDir, stateDir } = readStateConfig(terminal)
  const directories = [stateDir, ...(checkpointDir === null ? [] : [checkpointDir])]
  return Promise.all(
    directories.map(async (directory) =>
      readFact(`the disk of ${directory}`, timeoutMs, async () =>
        readDisk(resolve(terminal.cwd, directory)),
      ),
    ),
  )
}

/** The disk of a directory, or of the one that it will be made in. */
async function readDisk(directory: string): Promise<DiskFact> {
  let at = directory
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  const { bavail, blocks, bsize } = await statfs(at)
  return { name: `disk of ${directory}`, freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
