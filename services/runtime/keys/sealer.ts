import { createCipheriv, createDecipheriv, randomBytes as systemRandomBytes } from 'node:crypto'
import { asError, TributaryError } from '../errors/index.ts'
import type { EpochMs } from '../event/ids.ts'
import type { InstallationKey } from './installation-key.ts'

/** Seals bytes with a key of the day, so that forgetting keys is a way of forgetting what they sealed. */
export interface Sealer {
  /** `<purpose>/<day>.<base64 of nonce, ciphertext and tag>` */
  seal(bytes: Uint8Array, at: EpochMs): string
  /** @throws TributaryError TRB_SEAL_BROKEN. */
  open(sealed: string): Uint8Array
}

export interface SealerDeps {
  readonly key: InstallationKey
  readonly purpose: 'dead-letter'
  readonly randomBytes?: (count: number) => Uint8Array
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM under HKDF(installation key, '<purpose>/<day>'); the key id is authenticated with the bytes. */
export function createSealer({
  key,
  purpose,
  randomBytes = systemRandomBytes,
}: SealerDeps): Sealer {
  let last: { readonly id: string; readonly key: Uint8Array } | undefined
  const dayKey = (id: string): Uint8Array => {
    if (last?.id !== id) last = { id, key: key.derive(id) }
    return last.key
  }

  return {
    seal(bytes, at) {
      const id = `${purpose}/${new Date(at).toISOString().slice(0, 10)}`
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, dayKey(id), nonce).setAAD(Buffer.from(id))
      const sealed = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]
      return `${id}.${Buffer.concat(sealed).toString('base64')}`
    },
    open(sealed) {
      const dot = sealed.indexOf('.')
      const id = sealed.slice(0, Math.max(dot, 0))
      const bytes = Buffer.from(sealed.slice(dot + 1), 'base64')
      if (!id.startsWith(`${purpose}/`) || bytes.length < nonceBytes + tagBytes) {
        throw new TributaryError('TRB_SEAL_BROKEN', `not sealed for ${purpose}`)
      }
      try {
        const decipher = createDecipheriv(algorithm, dayKey(id), bytes.subarray(0, nonceBytes))
          .setAAD(Buffer.from(id))
          .setAuthTag(bytes.subarray(-tagBytes))
        return Buffer.concat([
          decipher.update(bytes.subarray(nonceBytes, -tagBytes)),
          decipher.final(),
        ])
      } catch (error) {
        const message = `sealed with ${id}: ${asError(error).message}`
        throw new TributaryError('TRB_SEAL_BROKEN', message, { cause: error })
      }
    },
  }
}
