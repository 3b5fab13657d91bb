import type { AccessView } from '../access-view.ts'
import { consentState, plainName, plainValue } from './words.ts'

/** What a purpose is called by those who were told about it. */
export const purposeInWords = ({ consent }: Pick<AccessView, 'consent'>, purpose: string): string =>
  consent.find((one) => one.purpose === purpose)?.description || plainName(purpose)

/** Of what was decided when somebody else counted as the same person. */
export const jointReason = 'Not shown: somebody else counted as you then, and it is of both'

/** What a rule read, each by its meaning: features, `traits.<name>`, `consent.<purpose>`. */
export function reasonsInWords(view: AccessView, because: unknown): string {
  if (typeof because !== 'object' || because === null) return plainValue(because)
  return Object.entries(because)
    .map(([name, value]) => reason(view, name, value))
    .join('; ')
}

function reason(view: AccessView, name: string, value: unknown): string {
  if (name.startsWith('consent.')) {
    const purpose = name.slice('consent.'.length)
    return `${purposeInWords(view, purpose)}: ${consentState(String(value))}`
  }
  const trait = name.startsWith('traits.') ? name.slice('traits.'.length) : null
  const meaning =
    trait === null
      ? view.features.find((one) => one.name === name)?.description
      : view.traits.find((one) => one.name === trait)?.description
  return `${meaning || plainName(trait ?? name)}: ${plainValue(value)}`
}
