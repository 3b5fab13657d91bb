import { readFileSync } from 'node:fs'
import { TributaryError } from '#runtime/errors/index.ts'
import { readKeyConfig } from './configuration.ts'
import type { Terminal } from './terminal.ts'

/**
 * The key under which the services make pseudonyms.
 * @throws TributaryError `TRB_CONFIG_INVALID` when none is named, `TRB_KEY_INVALID` when it cannot be read.
 */
export function readInstallationKey(terminal: Terminal): Uint8Array {
  const { key, keyFile } = readKeyConfig(terminal)
  if (keyFile === null) return Buffer.from(key ?? '', 'base64')
  try {
    return readFileSync(keyFile)
  } catch (cause) {
    throw new TributaryError('TRB_KEY_INVALID', `the installation key ${keyFile} cannot be read`, {
      cause,
    })
  }
}
