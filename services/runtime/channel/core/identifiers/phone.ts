import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { LRUCache } from 'lru-cache'
import type { NormalisedIdentifier } from './email.ts'

export type { CountryCode }

export const isPhoneRegion = (region: string): region is CountryCode => isSupportedCountry(region)

const oneDigitRepeated = /(\d)\1{6,}$/

/**
 * E.164. `region` reads numbers without a country code; without it they can't be told apart and are no evidence.
 * A number is taken when its length is possible in its country: ranges are opened faster than any table learns of them.
 */
export function normalisePhone(raw: string, region: CountryCode | null): NormalisedIdentifier {
  const text = raw.normalize('NFKC').trim().replace(/^tel:/i, '')
  const parsed = parsePhoneNumberFromString(text, region ?? undefined)
  if (!parsed?.isPossible()) return { value: text, blocked: 'invalid:phone' }
  return {
    value: parsed.number,
    blocked: oneDigitRepeated.test(parsed.nationalNumber) ? 'builtin:repeated_digit' : null,
  }
}

/** The library takes tens of microseconds a number, and the same numbers come again. */
export function createPhoneNormaliser(
  entriesMax = 50_000,
): (raw: string, region: CountryCode | null) => NormalisedIdentifier {
  const known = new LRUCache<string, NormalisedIdentifier>({ max: entriesMax })
  return (raw, region) => {
    const key = `${region ?? ''}/${raw}`
    let result = known.get(key)
    if (!result) {
      result = normalisePhone(raw, region)
      known.set(key, result)
    }
    return result
  }
}
