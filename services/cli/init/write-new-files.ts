import { randomBytes } from 'node:crypto'
import { access, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'

export interface NewFile {
  readonly name: string
  readonly text: string
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const occupied = (paths: readonly string[]): TributaryError =>
  new TributaryError('TRB_USAGE', `${paths.join(' and ')} would be overwritten`, {
    hint: 'Name another folder with --dir, or overwrite with --force.',
  })

/**
 * Writes files into a folder, which it makes. Each is whole under its name, or not there; without `force` none is replaced, also if somebody
 * else makes it at the same moment.
 * @throws TributaryError `TRB_USAGE` when one is there already, or can't be written.
 */
export async function writeNewFiles(
  folder: string,
  files: readonly NewFile[],
  force: boolean,
): Promise<void> {
  const targets = files.map((file) => ({
    ...file,
    path: join(folder, file.name),
    part: join(folder, `.${file.name}.${randomBytes(4).toString('hex')}`),
  }))
  if (!force) {
    const taken = await Promise.all(targets.map(({ path }) => isThere(path)))
    const there = targets.filter((_, index) => taken[index]).map(({ path }) => path)
    if (there.length > 0) throw occupied(there)
  }
  const made: string[] = []
  const parts: string[] = []
  try {
    await makeFolder(folder)
    for (const { part, text } of targets) {
      parts.push(part)
      await writeFile(part, text, { flag: 'wx' })
    }
    for (const { part, path } of targets)
      if (force) await rename(part, path)
      else {
        await linkNew(part, path)
        made.push(path)
      }
  } catch (error) {
    for (const path of made) await rm(path, { force: true })
    if (isTributaryError(error)) throw error
    throw new TributaryError(
      'TRB_USAGE',
      `${folder} cannot be written: ${asError(error).message}`,
      {
        hint: 'Name a folder with --dir that you may write to.',
        cause: error,
      },
    )
  } finally {
    for (const part of parts) await rm(part, { force: true })
  }
}

/** Node's own recursive `mkdir` tries for ever where nothing can be made, as in `/proc`. */
async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder)
  if (parent !== folder && !(await isFolder(parent))) await makeFolder(parent)
  try {
    await mkdir(folder)
  } catch (error) {
    if (!(await isFolder(folder))) throw error
  }
}

/** Unlike a rename, a link replaces nothing. */
async function linkNew(part: string, path: string): Promise<void> {
  try {
    await link(part, path)
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST'
      ? occupied([path])
      : error
  }
}
