import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { ServingKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { Pseudonymise } from './find-person.ts'

/** As the channels do it, so that the same value meets the same fragment. The key is read only when a value in clear was given. */
export function pseudonymiser(
  servingKey: () => Promise<Pick<ServingKey, 'key'>>,
  region: string | null,
  screen: Pick<IdentifierScreen, 'normalise'>,
): Pseudonymise {
  return async (type, value) => {
    if (region !== null && !isPhoneRegion(region)) {
      throw new TributaryError('TRB_USAGE', `${region} is no country`, {
        hint: 'Two letters of ISO 3166, such as DE.',
      })
    }
    const normalised = screen.normalise(type, value, region)
    const { key } = await servingKey()
    const pseudonyms = createPseudonymiser(key.bytes)
    return {
      fragmentId: pseudonyms.fragmentId(type, normalised.value),
      blocked: normalised.blocked,
    }
  }
}
