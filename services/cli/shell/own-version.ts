import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Terminal } from './terminal.ts'

/** The version of Tributary, as its package.json has it; null: it can't be read. */
export function ownVersion({ checkout }: Pick<Terminal, 'checkout'>): string | null {
  try {
    const read: unknown = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
    return typeof read === 'object' &&
      read !== null &&
      'version' in read &&
      typeof read.version === 'string'
      ? read.version
      : null
  } catch {
    return null
  }
}
