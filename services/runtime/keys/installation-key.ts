import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { asError, TributaryError } from '../errors/index.ts'

export interface KeyConfig {
  readonly keyFile: string | null
  /** base64. */
  readonly key: string | null
}

/** The secret under which everything of one installation is derived. It does not print. */
export interface InstallationKey {
  /** The key itself, for pseudonyms. Never log it. */
  readonly bytes: Uint8Array
  /** A key of its own for a named purpose: HKDF-SHA-256 (RFC 5869) without salt, `purpose` as info. */
  derive(purpose: string, lengthBytes?: number): Uint8Array
}

export const installationKeyBytesMin = 32
const derivedBytes = 32

/**
 * Reads the key of the file (raw bytes, or base64 text) or of the variable (base64).
 * @throws TributaryError TRB_KEY_INVALID.
 */
export function loadInstallationKey(config: KeyConfig): InstallationKey {
  return createInstallationKey(
    config.keyFile === null ? ofText(config.key) : ofFile(config.keyFile),
  )
}

/** @throws TributaryError TRB_KEY_INVALID when there are fewer than 32 bytes. */
export function createInstallationKey(bytes: Uint8Array): InstallationKey {
  if (bytes.length < installationKeyBytesMin) {
    const message = `the installation key has ${bytes.length} bytes, ${installationKeyBytesMin} are the minimum`
    throw new TributaryError('TRB_KEY_INVALID', message)
  }
  const key = {
    derive: (purpose: string, lengthBytes = derivedBytes) =>
      new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(), purpose, lengthBytes)),
    toJSON: () => '[installation key]',
  }
  // Not enumerable: a logged object does not show it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- defineProperty does not tell its type
  return Object.defineProperty(key, 'bytes', { value: bytes }) as typeof key & { bytes: Uint8Array }
}

function ofText(text: string | null): Uint8Array {
  if (text === null) throw new TributaryError('TRB_KEY_INVALID', 'there is no installation key')
  const trimmed = text.trim()
  if (!isBase64(trimmed)) throw new TributaryError('TRB_KEY_INVALID', 'TRIBUTARY_KEY is no base64')
  return Buffer.from(trimmed, 'base64')
}

function ofFile(path: string): Uint8Array {
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    const message = `the key file ${path} cannot be read: ${asError(error).message}`
    throw new TributaryError('TRB_KEY_INVALID', message, { cause: error })
  }
  const text = content.toString('latin1').trim()
  return isBase64(text) && text.length >= base64LengthMin ? Buffer.from(text, 'base64') : content
}

const base64LengthMin = 43
const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text)
