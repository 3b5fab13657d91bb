import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import type { ServingKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { Pseudonymise } from './find-person.ts'
import { phoneRegionOf } from './phone-region.ts'

/** As the channels do it, so that the same value meets the same fragment. The key is read only when a value in clear was given. */
export function pseudonymiser(
  servingKey: () => Promise<Pick<ServingKey, 'key'>>,
  region: string | null,
  screen: Pick<IdentifierScreen, 'normalise'>,
): Pseudonymise {
  return async (type, value) => {
    const normalised = screen.normalise(type, value, phoneRegionOf(region))
    const { key } = await servingKey()
    const pseudonyms = createPseudonymiser(key.bytes)
    return {
      fragmentId: pseudonyms.fragmentId(type, normalised.value),
      blocked: normalised.blocked,
    }
  }
}
