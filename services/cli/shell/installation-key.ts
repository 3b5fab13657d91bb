import { readFileSync } from 'node:fs'
import { TributaryError } from '#runtime/errors/index.ts'
import { localEnvironment } from './local-environment.ts'
import type { Terminal } from './terminal.ts'

/**
 * The key under which the services make pseudonyms.
 * @throws TributaryError `TRB_KEY_INVALID` when no file is named or it cannot be read.
 */
export function readInstallationKey(terminal: Terminal): Uint8Array {
  const file = localEnvironment(terminal)['TRIBUTARY_KEY_FILE']
  if (file === undefined) {
    throw new TributaryError('TRB_KEY_INVALID', 'TRIBUTARY_KEY_FILE is not set')
  }
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new TributaryError('TRB_KEY_INVALID', `the installation key ${file} cannot be read`, {
      cause,
    })
  }
}
