import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import type { Sealer } from '#runtime/keys/index.ts'
import type { Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'

/** What it takes to open dead letters and to see whose they are. */
export interface LetterReader {
  readonly sealer: Pick<Sealer, 'open'>
  readonly pseudonymiser: Pseudonymiser
  readonly screen: Pick<IdentifierScreen, 'normalise' | 'spell'>
  /** Of phone numbers without a country code. */
  readonly region: CountryCode | null
}
