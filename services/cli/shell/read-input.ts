import { isUtf8 } from 'node:buffer'
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
    return textOf(await readFile(resolve(cwd, file)))
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(cause).message}`, {
      hint: 'Check the path.',
      cause,
    })
  }
}

/** @throws Error when it is no text, or one in another encoding, UTF-16 say. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes.toString('utf8')
  throw new Error('it is a binary file, or a text in another encoding than UTF-8')
}
