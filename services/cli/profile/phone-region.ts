import { type CountryCode, isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import { TributaryError } from '#runtime/errors/index.ts'

/**
 * The country of phone numbers without a country code that somebody typed; null: none. Without one such numbers are nobody's, so that a
 * slip must not pass for none.
 * @throws TributaryError TRB_USAGE
 */
export function phoneRegionOf(text: string | null): CountryCode | null {
  if (text === null || isPhoneRegion(text)) return text
  throw new TributaryError('TRB_USAGE', `${text} is no country`, {
    hint: 'Two letters of ISO 3166, such as DE.',
  })
}
