import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { asError, TributaryError } from '../errors/index.ts'
import { readKeyCommand } from './key-command.ts'

export interface KeyConfig {
  readonly keyFile: string | null
  /** base64. */
  readonly key: string | null
  /** Program and arguments as a JSON list: what it prints is the key. */
  readonly keyCommand?: string | null
}

/** The secret under which everything of one installation is derived. It does not print. */
export interface InstallationKey {
  /** The key itself, for pseudonyms. Never log it. */
  readonly bytes: Uint8Array
  /** A fingerprint that may be shown and stored: 16 hexadecimal digits of HKDF for the purpose `key-id`. */
  readonly id: KeyId
  /** A key of its own for a named purpose: HKDF-SHA-256 (RFC 5869) without salt, `purpose` as info. */
  derive(purpose: string, lengthBytes?: number): Uint8Array
}

/** Names a key without saying anything about it. */
export type KeyId = string

export const installationKeyBytesMin = 32
const derivedBytes = 32
const idBytes = 8

/**
 * Reads the key of the file or of what the command prints (raw bytes, or base64 text), or of the variable (base64).
 * @param variable Name of the variable for a key in clear; those of the file and of the command end in `_FILE` and `_COMMAND`.
 * @throws TributaryError TRB_KEY_INVALID.
 */
export function loadInstallationKey(
  { keyFile, key, keyCommand = null }: KeyConfig,
  variable = 'TRIBUTARY_KEY',
): InstallationKey {
  if (keyCommand !== null) {
    const name = `${variable}_COMMAND`
    return createInstallationKey(ofContent(readKeyCommand(name, keyCommand)), name)
  }
  return keyFile === null
    ? createInstallationKey(ofText(key, variable), variable)
    : createInstallationKey(ofFile(keyFile, `${variable}_FILE`), `${variable}_FILE`)
}

/** @throws TributaryError TRB_KEY_INVALID when there are fewer than 32 bytes. */
export function createInstallationKey(bytes: Uint8Array, variable?: string): InstallationKey {
  if (bytes.length < installationKeyBytesMin) {
    const message = `the installation key${variable === undefined ? '' : ` of ${variable}`} has ${bytes.length} bytes, ${installationKeyBytesMin} are the minimum`
    throw new TributaryError('TRB_KEY_INVALID', message)
  }
  const derive = (purpose: string, lengthBytes = derivedBytes): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(), purpose, lengthBytes))
  const key = {
    id: Buffer.from(derive('key-id', idBytes)).toString('hex'),
    derive,
    toJSON: () => '[installation key]',
  }
  // Not enumerable: a logged object does not show it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- defineProperty does not tell its type
  return Object.defineProperty(key, 'bytes', { value: bytes }) as typeof key & { bytes: Uint8Array }
}

function ofText(text: string | null, variable: string): Uint8Array {
  if (text === null) throw new TributaryError('TRB_KEY_INVALID', 'there is no installation key')
  const trimmed = text.trim()
  if (!isBase64(trimmed)) throw new TributaryError('TRB_KEY_INVALID', `${variable} is no base64`)
  return Buffer.from(trimmed, 'base64')
}

function ofFile(path: string, variable: string): Uint8Array {
  try {
    return ofContent(readFileSync(path))
  } catch (error) {
    const message = `the key file ${path} of ${variable} cannot be read: ${asError(error).message}`
    throw new TributaryError('TRB_KEY_INVALID', message, { cause: error })
  }
}

/** Base64 text, or the bytes as they are. */
function ofContent(content: Buffer): Uint8Array {
  const text = content.toString('latin1').trim()
  return isBase64(text) && text.length >= base64LengthMin ? Buffer.from(text, 'base64') : content
}

const base64LengthMin = 43
const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text)
