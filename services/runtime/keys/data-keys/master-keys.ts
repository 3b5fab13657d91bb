import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes as systemRandom,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { asError, TributaryError } from '../../errors/index.ts'
import { type InstallationKey, installationKeyBytesMin } from '../installation-key.ts'
import { readKeyCommand } from '../key-command.ts'

export interface MasterKeyConfig {
  readonly masterKeysFile: string | null
  /** base64, several with white space between them. */
  readonly masterKeys: string | null
  /** Prints what would stand in the file. */
  readonly masterKeysCommand: string | null
}

/** Names a master key without saying anything about it: 16 hexadecimal digits. */
export type MasterKeyId = string

/** The keys that wrap data keys: the first of them wraps, all of them open. None of them prints. */
export interface MasterKeys {
  readonly current: MasterKeyId
  readonly ids: readonly MasterKeyId[]
  /** `about` says whose data key it is: it opens for nothing else. */
  wrap(secret: Uint8Array, about: string): Uint8Array
  /** null: the key that wrapped it is not among these. @throws TributaryError TRB_SEAL_BROKEN. */
  unwrap(wrapped: Uint8Array, about: string, master: MasterKeyId): Uint8Array | null
}

/** In a list of master keys: the one that is derived from the installation key. */
export const derivedWord = 'installation'
/** Whoever needs more has forgotten to rotate. */
export const masterKeysMax = 20

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const idBytes = 8

/**
 * The master keys in their order; without a list, the one derived from the installation key. That one always opens, and those of the other
 * installation keys that are given here.
 * @param installation The key in force first.
 * @throws TributaryError TRB_KEY_INVALID.
 */
export function loadMasterKeys(
  config: MasterKeyConfig,
  installation: readonly InstallationKey[],
): MasterKeys {
  const derived = installation.map((key) => key.derive('master-key'))
  const [own] = derived
  const { text, variable } = listOf(config)
  const words = text?.split(/\s+/).filter((word) => word !== '') ?? []
  if (words.length === 0 && text !== null) throw invalid(`${variable} has no key`)
  if (words.length > masterKeysMax)
    throw invalid(`${variable} has ${words.length} keys, ${masterKeysMax} are the maximum`)
  const listed = words.map((word, index) =>
    word === derivedWord && own !== undefined
      ? own
      : keyOf(word, `key ${index + 1} of ${variable}`),
  )
  return createMasterKeys([...listed, ...derived])
}

function listOf({ masterKeys, masterKeysCommand, masterKeysFile }: MasterKeyConfig): {
  /** null: nobody said any. */
  readonly text: string | null
  readonly variable: string
} {
  const variable = 'TRIBUTARY_MASTER_KEYS'
  if (masterKeysCommand !== null) {
    const name = `${variable}_COMMAND`
    return { text: readKeyCommand(name, masterKeysCommand).toString('latin1'), variable: name }
  }
  if (masterKeysFile === null) return { text: masterKeys, variable }
  try {
    return { text: readFileSync(masterKeysFile, 'latin1'), variable: `${variable}_FILE` }
  } catch (error) {
    throw invalid(`the file of ${variable}_FILE cannot be read: ${asError(error).message}`)
  }
}

function keyOf(word: string, what: string): Uint8Array {
  const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(word) ? Buffer.from(word, 'base64') : null
  if (bytes === null) throw invalid(`${what} is neither base64 nor "${derivedWord}"`)
  if (bytes.length < installationKeyBytesMin)
    throw invalid(`${what} has ${bytes.length} bytes, ${installationKeyBytesMin} are the minimum`)
  return bytes
}

const invalid = (message: string): TributaryError =>
  new TributaryError('TRB_KEY_INVALID', message, {
    hint: 'One key a line, each at least 32 random bytes in base64 (openssl rand -base64 32), the one that wraps first; or the word installation.',
  })

const expand = (bytes: Uint8Array, purpose: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', bytes, new Uint8Array(), purpose, length))

/** @param keys The one that wraps first; one that stands there twice counts once. */
export function createMasterKeys(
  keys: readonly Uint8Array[],
  randomBytes: (count: number) => Uint8Array = systemRandom,
): MasterKeys {
  const byId = new Map<MasterKeyId, KeyObject>()
  for (const bytes of keys) {
    const id = expand(bytes, 'master-key-id', idBytes).toString('hex')
    if (!byId.has(id)) byId.set(id, createSecretKey(expand(bytes, 'master-key-wrap', 32)))
  }
  const ids = [...byId.keys()]
  const [current] = ids
  const wrapping = current === undefined ? undefined : byId.get(current)
  if (current === undefined || wrapping === undefined)
    throw new TributaryError('TRB_KEY_INVALID', 'there is no master key')
  const aad = (about: string, master: MasterKeyId): Buffer => Buffer.from(`${master}/${about}`)
  return {
    current,
    ids,
    wrap(secret, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, wrapping, nonce)
      cipher.setAAD(aad(about, current))
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
    },
    unwrap(wrapped, about, master) {
      const key = byId.get(master)
      if (key === undefined) return null
      try {
        const decipher = createDecipheriv(algorithm, key, wrapped.subarray(0, nonceBytes))
        decipher.setAAD(aad(about, master)).setAuthTag(wrapped.subarray(-tagBytes))
        return Buffer.concat([
          decipher.update(wrapped.subarray(nonceBytes, -tagBytes)),
          decipher.final(),
        ])
      } catch (cause) {
        const message = `a data key wrapped by the master key ${master} cannot be opened`
        throw new TributaryError('TRB_SEAL_BROKEN', message, { cause })
      }
    },
  }
}
