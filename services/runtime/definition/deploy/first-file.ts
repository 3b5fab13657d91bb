import { readFile } from 'node:fs/promises'
import { asError, TributaryError } from '../../errors/index.ts'

/**
 * The pipeline file that a first start deploys.
 * @throws TributaryError TRB_CONFIG_INVALID: no waiting brings a file.
 */
export async function readFirstFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `nothing is deployed yet, and TRIBUTARY_PIPELINE names ${file}: ${asError(cause).message}`,
      { cause, hint: 'Name the pipeline file, or deploy it yourself: tributary deploy FILE.' },
    )
  }
}
