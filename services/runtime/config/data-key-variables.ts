import type { MasterKeyConfig } from '../keys/data-keys/index.ts'
import { keyPlaceFault } from './key-place.ts'
import type { Rule } from './service-config.ts'
import { integer, optionalText } from './variable.ts'

/** Where the keys are that wrap the data keys of what the pipeline file keeps. */
export const masterKeyVariables = {
  masterKeysFile: optionalText(
    'TRIBUTARY_MASTER_KEYS_FILE',
    'File with the master keys of sealed values, one a line in base64, the one that wraps first (default: one derived from the installation key)',
  ),
  masterKeys: optionalText(
    'TRIBUTARY_MASTER_KEYS',
    'The same, with white space between them, if there is no file',
    { secret: true },
  ),
  masterKeysCommand: optionalText(
    'TRIBUTARY_MASTER_KEYS_COMMAND',
    'Command that prints the same, as a JSON list of program and arguments, if there is no file',
  ),
}

/** What a channel keeps at hand of data keys. */
export const dataKeyVariables = {
  ...masterKeyVariables,
  dataKeysMax: integer(
    'TRIBUTARY_DATA_KEYS_MAX',
    'Fragments whose data key a channel keeps in memory, some 500 bytes each; one that fell out gets another key when it comes again',
    { fallback: '200000', min: 100, max: 10_000_000 },
  ),
}

/** The master keys come from one place at most. */
export const masterKeyRule: Rule<MasterKeyConfig> = ({
  masterKeys,
  masterKeysCommand,
  masterKeysFile,
}) =>
  keyPlaceFault('TRIBUTARY_MASTER_KEYS', {
    file: masterKeysFile,
    clear: masterKeys,
    command: masterKeysCommand,
  })
