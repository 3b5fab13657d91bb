import type { ConsentDeclarations } from '../state.ts'
import { isGiven, mergeDeclarations, purposeState } from './declarations.ts'

/** Which of some purposes are given. */
export type GivenPurposes = ReadonlySet<string>

/** Purposes that one message gave, and those that it withdrew. */
export interface ConsentTurn {
  readonly given: GivenPurposes
  readonly withdrawn: GivenPurposes
}

/** The purposes that the declarations of all members together give. */
export function givenPurposes(
  members: readonly ReadonlyMap<string, ConsentDeclarations>[],
  purposes: readonly string[],
): GivenPurposes {
  const given = new Set<string>()
  for (const purpose of purposes) {
    let sum: ConsentDeclarations | undefined
    for (const member of members) {
      const said = member.get(purpose)
      if (said !== undefined) sum = sum === undefined ? said : mergeDeclarations(sum, said)
    }
    if (isGiven(purposeState(sum))) given.add(purpose)
  }
  return given
}

/** What came of a message; null: it gave and withdrew nothing. */
export function consentTurn(before: GivenPurposes, after: GivenPurposes): ConsentTurn | null {
  const given = without(after, before)
  const withdrawn = without(before, after)
  return given.size + withdrawn.size === 0 ? null : { given, withdrawn }
}

const without = (all: GivenPurposes, those: GivenPurposes): GivenPurposes =>
  new Set([...all].filter((purpose) => !those.has(purpose)))
