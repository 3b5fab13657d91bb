import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { listenForInterruption } from './interruption.ts'
import type { ExitStatus, Terminal } from './terminal.ts'

/** Editors write a file in several steps: only what follows the last of them counts. */
const quietMs = 100

/**
 * Does the work, and again whenever one of the files that it has seen changes, until Ctrl-C. Folders are watched, not files: many editors put a
 * new file in the old one's place.
 * @returns what the work said last.
 */
export async function watchFiles(
  { now, stdout }: Pick<Terminal, 'now' | 'stdout'>,
  work: (seen: (file: string) => void) => Promise<ExitStatus>,
  signals: NodeJS.EventEmitter = process,
): Promise<ExitStatus> {
  using interruption = listenForInterruption(signals)
  const folders = new Map<string, FSWatcher>()
  let change = Promise.withResolvers<'changed'>()
  let timer: NodeJS.Timeout | undefined
  let names = new Set<string>()
  const changed = (file: string | null): void => {
    if (file !== null && !names.has(file)) return
    clearTimeout(timer)
    timer = setTimeout(() => change.resolve('changed'), quietMs)
  }
  try {
    for (;;) {
      names = new Set()
      // Before the work: what changes while it is under way is seen, too.
      change = Promise.withResolvers()
      const status = await orSaid(stdout, () =>
        work((file) => {
          names.add(basename(file))
          const folder = dirname(file)
          if (!folders.has(folder)) folders.set(folder, watchFolder(folder, changed))
        }),
      )
      stdout.write(
        `${now().toISOString()} waiting for changes of ${[...names].join(', ')} (Ctrl-C ends)\n`,
      )
      const next = await Promise.race([
        change.promise,
        interruption.interrupted.catch(isInterruption),
      ])
      if (next === 'interrupted') return status
      stdout.write('\n')
    }
  } finally {
    clearTimeout(timer)
    for (const watcher of folders.values()) watcher.close()
  }
}

/** An author who is in the middle of a line wants to hear what is wrong, and to go on. */
async function orSaid(
  stdout: Terminal['stdout'],
  work: () => Promise<ExitStatus>,
): Promise<ExitStatus> {
  try {
    return await work()
  } catch (error) {
    if (!isTributaryError(error)) throw error
    stdout.write(`${error.message}\n`)
    return error.exitCode
  }
}

function watchFolder(folder: string, changed: (file: string | null) => void): FSWatcher {
  try {
    return watch(folder, (_, name) => changed(name))
  } catch (cause) {
    throw new TributaryError(
      'TRB_USAGE',
      `${folder} cannot be watched: ${asError(cause).message}`,
      {
        hint: 'Check the path.',
        cause,
      },
    )
  }
}

function isInterruption(error: unknown): 'interrupted' {
  if (isTributaryError(error, 'TRB_INTERRUPTED')) return 'interrupted'
  throw error
}
