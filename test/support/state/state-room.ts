import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A small file system in memory for the services' states, whose room can be used up. */
export interface StateRoom {
  readonly megabytes: number
  /** Writes until there is no room left; says how many MB that took. */
  fill(): number
  /** Gives the room back. */
  empty(): void
  unmount(): void
}

const blockBytes = 1 << 16
const fillerName = 'filler'

/** A string says why this machine does not permit it. */
export function mountStateRoom(directory: string, megabytes: number): StateRoom | string {
  if (process.platform !== 'linux') return 'only Linux has tmpfs'
  mkdirSync(directory, { recursive: true })
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', directory]
  const mounted = spawnSync('mount', options, { encoding: 'utf8' })
  if (mounted.status !== 0)
    return `no tmpfs can be mounted: ${mounted.error?.message ?? mounted.stderr.trim()}`
  const filler = join(directory, fillerName)
  return {
    megabytes,
    fill() {
      const file = openSync(filler, 'a')
      try {
        return fillUp(file)
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    unmount() {
      spawnSync('umount', [directory])
    },
  }
}

function fillUp(file: number): number {
  const block = Buffer.alloc(blockBytes)
  let written = 0
  // Large pieces first, then whatever still fits.
  for (let size = blockBytes; size >= 1; size = size > 512 ? size / 2 : 0) {
    for (;;) {
      try {
        written += writeSync(file, block, 0, size)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break
        throw error
      }
    }
  }
  return Math.round(written / 2 ** 20)
}
