/** A nominal type: the compiler keeps apart what the machine stores alike. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** UTC milliseconds since 1970. Every time in Tributary has this unit. */
export type EpochMs = Brand<number, 'EpochMs'>
/** `<identifier type>:<pseudonym>`, e.g. `email:3q2-7wAAAAAAAAAAAAAAAA`. Every identifier is the name of a fragment. */
export type FragmentId = Brand<string, 'FragmentId'>
/** UUID (lower case, with dashes). A fragment's birth id is the UUIDv5 of its FragmentId. */
export type ProfileId = Brand<string, 'ProfileId'>
/** base64url of the first 128 bits of SHA-256(source, event id): the identity of an event, whoever redelivers it. */
export type EventKey = Brand<string, 'EventKey'>
/** Feature name + '@' + hash of what makes two states of it mergeable (kind, half-life, k, key, currency …). */
export type FeatureId = Brand<string, 'FeatureId'>
/** Offset of a pipeline file on `pipeline.definitions`. */
export type DefinitionVersion = Brand<number, 'DefinitionVersion'>
/** Offset of a Kafka record; exact below 2^53. */
export type Offset = Brand<number, 'Offset'>

// The only places that brand a plain number: callers have checked or made it.
/* oxlint-disable typescript/no-unsafe-type-assertion */
export const epochMs = (value: number): EpochMs => value as EpochMs
export const offset = (value: number): Offset => value as Offset
export const definitionVersion = (value: number): DefinitionVersion => value as DefinitionVersion
/* oxlint-enable typescript/no-unsafe-type-assertion */

/** `crm_id` of `crm_id:3q2-7w`. Neither part holds a colon. */
export const typeOf = (fragment: string): string => fragment.slice(0, fragment.lastIndexOf(':'))
/** `3q2-7w` of `crm_id:3q2-7w`. */
export const pseudonymOf = (fragment: string): string =>
  fragment.slice(fragment.lastIndexOf(':') + 1)
