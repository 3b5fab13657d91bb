import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asError, TributaryError } from '#runtime/errors/index.ts'

/**
 * Writes a file that nobody but its owner may read. One that is there already is left as it is: it may be readable by others.
 * @throws TributaryError TRB_USAGE when it cannot be written.
 */
export async function writePrivately(cwd: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(cwd, file), text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be written: ${reasonOf(cause)}`, {
      cause,
      hint: 'Name a file that is not there yet, in a folder that is.',
    })
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    ? 'it exists'
    : asError(cause).message
