import { pseudonymOf, typeOf } from '#runtime/event/ids.ts'
import type { HeldIdentifier } from './access-view.ts'

/** `<type>:<pseudonym>` in its parts. */
export const heldIdentifier = (fragment: string): HeldIdentifier => ({
  type: typeOf(fragment),
  pseudonym: pseudonymOf(fragment),
})
