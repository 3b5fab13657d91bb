import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync } from 'node:crypto'
import { TributaryError } from '../../errors/index.ts'
import type { JsonValue } from '../../event/event.ts'
import type { FragmentId } from '../../event/ids.ts'
import { type DataKeyId, sealedParts, sealedText } from './sealed-text.ts'

/** A data key of one fragment, ready to seal and open its values. */
export interface DataKey {
  /** The same value in the same place gives the same text, so that an event is the same however often it is encoded. */
  seal(place: string, value: JsonValue): string
  /** @throws TributaryError TRB_SEAL_BROKEN when it was sealed for another fragment or place, or changed since. */
  open(sealed: string, place: string): JsonValue
}

/** Of the secret that a master key wraps. */
export const dataKeyBytes = 32

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** Texts are filled up to whole blocks of so many bytes, so that a sealed name does not tell how long it is. */
const paddedTo = 32

export function createDataKey(id: DataKeyId, fragment: FragmentId, secret: Uint8Array): DataKey {
  const keys = Buffer.from(
    hkdfSync('sha256', secret, new Uint8Array(), 'tributary data key', dataKeyBytes * 2),
  )
  // As an object: from bytes, OpenSSL's is made anew for each value, which takes longer than all the rest.
  const key = createSecretKey(keys.subarray(0, dataKeyBytes))
  const nonceKey = keys.subarray(dataKeyBytes)
  const aad = (place: string): Buffer => Buffer.from(`${id}\0${fragment}\0${place}`)
  return {
    seal(place, value) {
      const text = paddedText(value)
      const nonce = nonceOf(nonceKey, `${place}\0${text}`)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(aad(place))
      const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return sealedText(id, Buffer.concat(parts).toString('base64url'))
    },
    open(sealed, place) {
      const parts = sealedParts(sealed)
      const bytes = Buffer.from(parts?.payload ?? '', 'base64url')
      if (parts?.keyId !== id || bytes.length < nonceBytes + tagBytes)
        throw new TributaryError('TRB_SEAL_BROKEN', `not sealed with the data key ${id}`)
      try {
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
          .setAAD(aad(place))
          .setAuthTag(bytes.subarray(-tagBytes))
        const sealedBytes = bytes.subarray(nonceBytes, -tagBytes)
        const text = Buffer.concat([decipher.update(sealedBytes), decipher.final()])
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives JSON
        return JSON.parse(text.toString('utf8')) as JsonValue
      } catch (cause) {
        const message = `a value sealed with the data key ${id} cannot be opened as ${place}`
        throw new TributaryError('TRB_SEAL_BROKEN', message, { cause })
      }
    },
  }
}

/** White space at the end of JSON says nothing. */
function paddedText(value: JsonValue): string {
  const text = JSON.stringify(value)
  const bytes = Buffer.byteLength(text)
  const missing = paddedTo - (bytes % paddedTo)
  return missing === paddedTo ? text : text + ' '.repeat(missing)
}

/** 96 bits of a digest over a secret and what is sealed, as Ed25519 derives its nonces (RFC 8032): two values never share one. */
const nonceOf = (nonceKey: Uint8Array, text: string): Uint8Array =>
  Buffer.from(
    hash('sha256', Buffer.concat([nonceKey, Buffer.from(text)]), 'binary'),
    'latin1',
  ).subarray(0, nonceBytes)
