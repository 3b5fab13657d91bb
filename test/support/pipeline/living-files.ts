import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LivingFile {
  readonly path: string
  readonly bytes: Buffer
}

/**
 * Every file below a directory in which others are at work. One that was gone before it could be read has been deleted or has another name by
 * now: so what has appeared since is looked at as well, until a look misses nothing.
 */
export function* filesBelow(directory: string): Generator<LivingFile> {
  const seen = new Set<string>()
  for (let isMissing = true; isMissing; ) {
    isMissing = false
    for (const path of listBelow(directory)) {
      if (seen.has(path)) continue
      seen.add(path)
      const bytes = unlessGone(() => readFileSync(path))
      if (bytes === null) isMissing = true
      else yield { path, bytes }
    }
  }
}

/** Files by name; a directory that is gone by the time it is opened stands there like a file. */
function listBelow(directory: string): readonly string[] {
  const entries = unlessGone((): readonly Dirent[] =>
    readdirSync(directory, { withFileTypes: true }),
  )
  if (entries === null) return [directory]
  return entries
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) return listBelow(path)
      return entry.isFile() ? [path] : []
    })
    .toSorted()
}

function unlessGone<T>(look: () => T): T | null {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
