import { withoutPlaces } from '../../definition/cel/path.ts'

/**
 * What a sealed value looks like wherever it is: `sealed:1:<id of the data key>:<base64url of nonce, ciphertext and tag>`. This module opens
 * nothing, so that a core can tell a sealed value from others.
 */
const beginning = 'sealed:1:'
const keyIdLength = 22
const payloadFrom = beginning.length + keyIdLength + 1
/** A nonce and a tag, and nothing between them. */
const payloadLengthMin = 38

/** Of a data key: 128 random bits in base64url, never given twice. */
export type DataKeyId = string & { readonly __brand: 'DataKeyId' }

export interface SealedParts {
  readonly keyId: DataKeyId
  readonly payload: string
}

export const sealedText = (keyId: DataKeyId, payload: string): string =>
  `${beginning}${keyId}:${payload}`

const form = /^sealed:1:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]+$/

/** The parts of a sealed value; null for anything else. */
export function sealedParts(value: unknown): SealedParts | null {
  if (typeof value !== 'string' || !value.startsWith(beginning)) return null
  if (value.length < payloadFrom + payloadLengthMin || !form.test(value)) return null
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this module makes the branded ids
    keyId: value.slice(beginning.length, beginning.length + keyIdLength) as DataKeyId,
    payload: value.slice(payloadFrom),
  }
}

export const isSealed = (value: unknown): boolean => sealedParts(value) !== null

/** What stands for a sealed value where nobody may read it. */
export const sealedMark = '(sealed)'

/** Places that a value is sealed for: it does not open in another. */
export const traitPlace = (name: string): string => `trait/${name}`
/** Of a list, each entry has the place of the list, however the pipeline file writes the path. */
export const propertyPlace = (path: string): string => `property/${withoutPlaces(path)}`
