import { pseudonymOf, typeOf } from '#runtime/event/ids.ts'
import type { HeldIdentifier } from './access-view.ts'

/** `<type>:<pseudonym>` in its parts. */
export const heldIdentifier = (fragment: string): HeldIdentifier => ({
  type: typeOf(fragment),
  pseudonym: pseudonymOf(fragment),
})

/** Text of a JSON column; what is none is given as it stands. */
export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}
