import { TributaryError } from '#runtime/errors/index.ts'
import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import type { OpenIdentity } from './open-identity.ts'

/**
 * For an identifier that nobody is known by: a slip in the name of a type would concern nobody, and be said to be done. Types that the file no
 * longer has may still have people.
 * @throws TributaryError `TRB_USAGE`
 */
export function requireType({ identity }: OpenIdentity['inForce'], fragment: FragmentId): void {
  const types = new Set([...identity.priority, ...Object.keys(identity.types)])
  const type = typeOf(fragment)
  if (types.has(type)) return
  throw new TributaryError('TRB_USAGE', `there are no identifiers of type ${type}`, {
    hint: `The pipeline file has ${[...types].join(', ')}.`,
  })
}
