import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createDirectoryCheckpointStore } from '#runtime/checkpoint/index.ts'
import { decodeManifest } from '#runtime/checkpoint/manifest.ts'
import { isTributaryError } from '#runtime/errors/index.ts'

/** A copy of a state. */
export interface StateCopy {
  readonly generation: number
  readonly part: string
  readonly foldVersion: number
  readonly offset: number
  readonly writtenAtMs: number
}

/** All copies in a directory of checkpoints; one without a manifest that can be read counts from the time of its files. */
export async function readCopies(root: string): Promise<readonly StateCopy[]> {
  const store = createDirectoryCheckpointStore(root)
  const copies: StateCopy[] = []
  for (const generation of await numbersIn(root))
    for (const part of await namesIn(join(root, String(generation))))
      for (const foldVersion of await numbersIn(join(root, String(generation), part)))
        for (const offset of await numbersIn(
          join(root, String(generation), part, String(foldVersion)),
        )) {
          const place = { generation, part, foldVersion, offset }
          const writtenAtMs = await writtenAt(root, place, async () => store.manifest(place))
          if (writtenAtMs !== null) copies.push({ ...place, writtenAtMs })
        }
  return copies
}

/** Copies that hold what was erased at a time, and that nothing needs: their part has a newer copy from after it, or they are too old to start from. */
export function copiesToRemove(
  copies: readonly StateCopy[],
  erasedUntilMs: number,
  oldestUsableMs: number,
): readonly StateCopy[] {
  const newest = new Map<string, number>()
  const partOf = ({ generation, part }: StateCopy): string => `${generation}/${part}`
  for (const copy of copies)
    newest.set(partOf(copy), Math.max(copy.writtenAtMs, newest.get(partOf(copy)) ?? 0))
  return copies.filter((copy) => {
    if (copy.writtenAtMs > erasedUntilMs) return false
    return (newest.get(partOf(copy)) ?? 0) > erasedUntilMs || copy.writtenAtMs < oldestUsableMs
  })
}

export const removeCopy = async (
  root: string,
  { foldVersion, generation, offset, part }: StateCopy,
): Promise<void> =>
  createDirectoryCheckpointStore(root).remove({ generation, part, foldVersion, offset })

async function writtenAt(
  root: string,
  { foldVersion, generation, offset, part }: Omit<StateCopy, 'writtenAtMs'>,
  manifest: () => Promise<string>,
): Promise<number | null> {
  try {
    return decodeManifest(await manifest()).writtenAtMs
  } catch (error) {
    if (isTributaryError(error, 'TRB_CHECKPOINT_MISSING')) return null
    if (!isTributaryError(error, 'TRB_CHECKPOINT_INVALID')) throw error
    const path = join(root, String(generation), part, String(foldVersion), String(offset))
    return (await stat(path)).mtimeMs
  }
}

const namesIn = async (path: string): Promise<readonly string[]> =>
  readdir(path).catch((error: unknown) => {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ENOTDIR'].includes(String(error.code))
    )
      return []
    throw error
  })

const numbersIn = async (path: string): Promise<readonly number[]> =>
  (await namesIn(path)).filter((name) => /^\d{1,15}$/.test(name)).map(Number)

/** What was set aside, of damaged copies too, from before a time. */
export async function removeSetAside(root: string, beforeMs: number): Promise<number> {
  let removed = 0
  for (const generation of await numbersIn(root))
    for (const part of await namesIn(join(root, String(generation))))
      for (const foldVersion of await numbersIn(join(root, String(generation), part))) {
        const series = join(root, String(generation), part, String(foldVersion))
        for (const name of await namesIn(series)) {
          if (!name.includes('.aside-')) continue
          const path = join(series, name)
          if ((await stat(path)).mtimeMs > beforeMs) continue
          await rm(path, { recursive: true, force: true })
          removed += 1
        }
      }
  return removed
}
