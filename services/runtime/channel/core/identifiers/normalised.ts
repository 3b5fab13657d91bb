/** One spelling of an identifier, or the id of the rule that says it can't be one. */
export interface Spelled {
  readonly value: string
  readonly blocked: string | null
}

/** A value as channels and look-ups know it. */
export interface NormalisedIdentifier extends Spelled {
  /** What is odd about it and yet no reason to block it; sorted, distinct. */
  readonly flags: readonly string[]
}
