import { slowPattern } from '#runtime/definition/checks/slow-pattern.ts'
import type { IdentityDefinition } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'

/**
 * What deploy would refuse is neither planned nor tried on events: one value may keep it busy for ever. What is in force already can't be taken back.
 * @throws TributaryError `TRB_USAGE`
 */
export function refuseSlowPatterns(
  file: string,
  { types }: IdentityDefinition,
  inForce: IdentityDefinition | null,
): void {
  for (const [type, { blocked }] of Object.entries(types)) {
    const known = new Set(inForce?.types[type]?.blocked)
    for (const text of blocked) {
      const slow = known.has(text) ? null : slowPattern(text)
      if (slow?.isProven !== true) continue
      throw new TributaryError(
        'TRB_USAGE',
        `${file}: identity.types.${type}.blocked: ${slow.message}`,
        { hint: slow.hint },
      )
    }
  }
}
