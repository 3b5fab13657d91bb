import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { TributaryError } from '../errors/index.ts'
import type {
  CheckpointContent,
  CheckpointPlace,
  CheckpointSeries,
  CheckpointStore,
} from './port.ts'

export const dataName = 'data.mdb'
export const manifestName = 'manifest.json'
const temporarySuffix = '.tmp'
/** A writer that has not finished a copy by then is gone. */
const abandonedAfterMs = 24 * 60 * 60 * 1000

/**
 * Checkpoints in a directory: `<generation>/<part>/<foldVersion>/<offset>/{data.mdb,manifest.json}`. A copy is written under a temporary name,
 * data first, then the manifest, both synced, and renamed. Where renaming is not atomic, on a mounted bucket, the manifest is what makes a copy
 * count: it is written last and names size and checksum of the data.
 */
export function createDirectoryCheckpointStore(root: string): CheckpointStore {
  const seriesPath = ({ generation, part, foldVersion }: CheckpointSeries): string =>
    join(root, String(generation), String(part), String(foldVersion))
  const pathOf = (place: CheckpointPlace): string => join(seriesPath(place), String(place.offset))
  const hasManifest = async (place: CheckpointPlace): Promise<boolean> =>
    exists(join(pathOf(place), manifestName))

  return {
    describe: ({ offset, ...series }) =>
      offset === undefined ? seriesPath(series) : pathOf({ ...series, offset }),
    async list(series) {
      const names = await namesIn(seriesPath(series))
      const offsets = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number)
      const complete: number[] = []
      for (const offset of offsets.toSorted((a, b) => b - a))
        if (await hasManifest({ ...series, offset })) complete.push(offset)
      return complete
    },
    manifest: async (place) =>
      missingIfGone(place, async () => readFile(join(pathOf(place), manifestName), 'utf8')),
    async *read(place) {
      const file = await missingIfGone(place, async () => open(join(pathOf(place), dataName)))
      yield* createReadStream('', { fd: file, highWaterMark: 1024 * 1024 })
    },
    async write(place, content) {
      if (await hasManifest(place)) return 'kept'
      const series = seriesPath(place)
      await mkdir(series, { recursive: true })
      await removeAbandoned(series)
      const temporary = join(series, `${place.offset}.${randomUUID()}${temporarySuffix}`)
      try {
        await writeCopy(temporary, content)
        return await publish(temporary, pathOf(place), async () => hasManifest(place))
      } finally {
        await rm(temporary, { recursive: true, force: true })
      }
    },
    async setAside(place) {
      const aside = `${pathOf(place)}.aside-${randomUUID().slice(0, 8)}`
      await unlessGone(async () => rename(pathOf(place), aside))
      return aside
    },
    async remove(place) {
      // The manifest first: what is left after a crash in between is no copy.
      await rm(join(pathOf(place), manifestName), { force: true })
      await rm(pathOf(place), { recursive: true, force: true })
    },
  }
}

async function writeCopy(directory: string, { data, manifest }: CheckpointContent): Promise<void> {
  await mkdir(directory)
  await writeSynced(join(directory, dataName), data)
  await writeSynced(join(directory, manifestName), [Buffer.from(manifest())])
  await syncDirectory(directory)
}

async function writeSynced(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for await (const chunk of chunks) await writeAll(file, chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, from)
    from += bytesWritten
  }
}

async function publish(
  temporary: string,
  path: string,
  isThere: () => Promise<boolean>,
): Promise<'written' | 'kept'> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(temporary, path)
      await syncDirectory(join(path, '..'))
      return 'written'
    } catch (error) {
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST') || attempt > 2) throw error
      if (await isThere()) return 'kept'
      // What a crash left of another copy of the same state.
      await rm(path, { recursive: true, force: true })
    }
  }
}

/** So that the names survive a power loss, where the file system lets a directory be synced. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } catch (error) {
    if (!isCode(error, 'EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'ENOSYS')) throw error
  } finally {
    await directory.close()
  }
}

async function removeAbandoned(series: string): Promise<void> {
  for (const name of await namesIn(series)) {
    if (!name.endsWith(temporarySuffix)) continue
    const path = join(series, name)
    await unlessGone(async () => {
      const { mtimeMs } = await stat(path)
      if (mtimeMs < Date.now() - abandonedAfterMs) await rm(path, { recursive: true, force: true })
    })
  }
}

const namesIn = async (path: string): Promise<readonly string[]> =>
  (await unlessGone(async () => readdir(path))) ?? []

const exists = async (path: string): Promise<boolean> =>
  (await unlessGone(async () => stat(path))) !== undefined

async function unlessGone<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function missingIfGone<T>({ offset }: CheckpointPlace, act: () => Promise<T>): Promise<T> {
  const found = await unlessGone(act)
  if (found !== undefined) return found
  throw new TributaryError('TRB_CHECKPOINT_MISSING', `the checkpoint at offset ${offset} is gone`)
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
