import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import type { Terminal } from './terminal.ts'

/**
 * The text of a file named on the command line.
 * @throws TributaryError `TRB_USAGE` when it cannot be read.
 */
export async function readInput({ cwd }: Pick<Terminal, 'cwd'>, file: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8')
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(cause).message}`, {
      hint: 'Check the path.',
      cause,
    })
  }
}
