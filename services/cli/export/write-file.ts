import { createHash, randomBytes } from 'node:crypto'
import { access, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'

export interface WrittenFile {
  readonly bytes: number
  /** SHA-256, hexadecimal. */
  readonly sha256: string
}

/** Both ends of a Parquet file. */
const magic = Buffer.from('PAR1')

const unwritable = (file: string, what: string, cause?: unknown): TributaryError =>
  new TributaryError('TRB_USAGE', `${file} cannot be written: ${what}`, {
    cause,
    hint: 'Name a file that is not there yet, in a folder that is.',
  })

/** @throws TributaryError `TRB_USAGE` when it is there: it may be somebody's, and readable by others. */
export async function refuseExisting(cwd: string, file: string): Promise<void> {
  const isThere = await access(resolve(cwd, file)).then(
    () => true,
    () => false,
  )
  if (isThere) throw unwritable(file, 'it exists')
}

/** A file that nobody but its owner may read; under its name it is whole, or not there. */
export async function writeParquet(
  cwd: string,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  const path = resolve(cwd, file)
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`)
  const digest = createHash('sha256')
  let bytes = 0
  let end = Buffer.alloc(0)
  try {
    {
      await using handle = await open(part, 'wx', 0o600)
      for await (const chunk of chunks) {
        await handle.writeFile(chunk)
        digest.update(chunk)
        bytes += chunk.length
        end = Buffer.concat([end, chunk.subarray(-4)]).subarray(-4)
      }
      await handle.sync()
    }
    if (!end.equals(magic))
      throw new TributaryError(
        'TRB_CLICKHOUSE_UNAVAILABLE',
        'ClickHouse ended the file before its end',
      )
    await refuseExisting(cwd, file)
    await rename(part, path)
    return { bytes, sha256: digest.digest('hex') }
  } catch (error) {
    await rm(part, { force: true })
    throw isTributaryError(error) ? error : unwritable(file, asError(error).message, error)
  }
}
