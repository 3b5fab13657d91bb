import type { CompiledDefinition, Reading } from '#runtime/definition/compiled.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Because } from './because.ts'
import type { ProfileView } from './profile-reader.ts'

/** What a rule read under one name, and why it could not. */
export interface Read {
  /** A feature's name, or `traits.<name>`. */
  readonly name: string
  readonly value: JsonValue
  /** Of a moment: how long ago, in milliseconds. */
  readonly age_ms: number | null
  /** null: it is known. */
  readonly unknown: null | 'never_seen' | 'no_value' | 'stale' | 'withheld'
  /** Since when it is stale, or which purpose isn't given. */
  readonly detail: string | null
}

const traitPrefix = 'traits.'

/** Purpose of a feature or of `traits.<name>`. */
export const purposeOf = (
  name: string,
  { featureByName, traitByName }: CompiledDefinition,
): string | undefined =>
  name.startsWith(traitPrefix)
    ? traitByName.get(name.slice(traitPrefix.length))?.purpose
    : featureByName.get(name)?.purpose

const readingOf = (name: string, view: ProfileView): Reading =>
  name.startsWith(traitPrefix) ? view.trait(name.slice(traitPrefix.length)) : view.feature(name)

export function readOf(
  name: string,
  view: ProfileView,
  definition: CompiledDefinition,
  because: Because,
  at: EpochMs,
): Read {
  const reading = readingOf(name, view)
  const value = because[name] ?? null
  const known = { name, value, age_ms: null, unknown: null, detail: null }
  const purpose = purposeOf(name, definition)
  if (purpose !== undefined && !view.gate.given(purpose))
    return { ...known, value: null, unknown: 'withheld', detail: purpose }
  // An absent count is 0, and an empty ranking is one: known both.
  if (reading.kind === 'absent') return value === null ? { ...known, unknown: 'never_seen' } : known
  if (reading.staleAt !== null && at >= reading.staleAt)
    return { ...known, unknown: 'stale', detail: toIso(reading.staleAt) }
  // A quotient whose denominator is 0, say.
  if (value === null) return { ...known, unknown: 'no_value' }
  return reading.kind === 'instant' ? { ...known, age_ms: Math.max(0, at - reading.at) } : known
}
