import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { detached } from '../../../recent/detached.ts'
import { createRecent } from '../../../recent/recent.ts'
import type { Spelled } from './normalised.ts'

export type { CountryCode }

export const isPhoneRegion = (region: string): region is CountryCode => isSupportedCountry(region)

const oneDigitRepeated = /(\d)\1{6,}$/
/** North America's numbers for films: 555-0100 to 555-0199 in every area. */
const fictional = /^\d{3}55501\d\d$/

/** 1234567, 0123456789, 9876543210: the whole number counts up or down. Part of one may: 030 1234567 is somebody's. */
function countsOn(digits: string): boolean {
  if (digits.length < 7) return false
  const step = (Number(digits[1]) - Number(digits[0]) + 10) % 10
  if (step !== 1 && step !== 9) return false
  for (let at = 2; at < digits.length; at += 1)
    if ((Number(digits[at]) - Number(digits[at - 1]) + 10) % 10 !== step) return false
  return true
}

/** What people type into a form that insists. `digits` are those behind the country code, if any is known. */
function junkNumberRule(digits: string): string | null {
  if (oneDigitRepeated.test(digits)) return 'builtin:repeated_digit'
  return countsOn(digits) ? 'builtin:counting_digits' : null
}

/** A number without its country: only what is nobody's wherever it was meant to be. */
function junkLocalRule(text: string): string | null {
  const digits = text.replaceAll(/\D/g, '')
  return /^1?(?:\d{3})?55501\d\d$/.test(digits)
    ? 'builtin:fictional_number'
    : junkNumberRule(digits)
}

/**
 * E.164. `region` reads numbers without a country code; without it they can't be told apart and are no evidence.
 * A number is taken when its length is possible in its country: ranges are opened faster than any table learns of them.
 */
export function normalisePhone(raw: string, region: CountryCode | null): Spelled {
  const text = raw.normalize('NFKC').trim().replace(/^tel:/i, '')
  const parsed = parsePhoneNumberFromString(text, region ?? undefined)
  if (!parsed?.isPossible()) return { value: text, blocked: junkLocalRule(text) ?? 'invalid:phone' }
  const { nationalNumber, countryCallingCode } = parsed
  return {
    value: parsed.number,
    blocked:
      countryCallingCode === '1' && fictional.test(nationalNumber)
        ? 'builtin:fictional_number'
        : junkNumberRule(nationalNumber),
  }
}

/** The library takes tens of microseconds a number, and the same numbers come again. */
export function createPhoneNormaliser(
  entriesMax = 50_000,
): (raw: string, region: CountryCode | null) => Spelled {
  const known = createRecent<Spelled>(entriesMax)
  return (raw, region) => {
    const kind = region ?? ''
    let result = known.get(kind, raw)
    if (!result) {
      result = normalisePhone(detached(raw), region)
      known.set(kind, raw, result)
    }
    return result
  }
}
