import type { CompiledDefinition, CompiledSegment, Reading } from '#runtime/definition/compiled.ts'
import { isZeroWhenAbsent } from '#runtime/definition/feature-kinds.ts'
import { decayedAt, roundSignificant } from '#runtime/definition/rules/crossing.ts'
import { ratePerDay } from '#runtime/definition/rules/rate.ts'
import { stepAt } from '#runtime/definition/rules/steps.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { ProfileView } from './profile-reader.ts'

export type Because = Readonly<Record<string, JsonValue>>

/** What a rule saw, for people: numbers at `at` in 12 significant digits, moments as ISO 8601, top keys in order; absent or stale is null. */
function seen(reading: Reading, at: EpochMs): JsonValue {
  if (reading.kind === 'absent' || (reading.staleAt !== null && at >= reading.staleAt)) return null
  switch (reading.kind) {
    case 'constant':
      return typeof reading.value === 'number' ? roundSignificant(reading.value) : reading.value
    case 'decayed':
      return roundSignificant(decayedAt(reading, at))
    case 'instant':
      return toIso(reading.at)
    case 'ranked':
      return reading.keys
    case 'steps': {
      const value = stepAt(reading.steps, at)?.value ?? null
      return typeof value === 'number' ? roundSignificant(value) : value
    }
    case 'rate':
      return roundSignificant(ratePerDay(reading, at))
    default:
      return reading satisfies never
  }
}

/** Features under their names, traits as `traits.<name>`: the names that the rule itself uses. */
export function becauseOf(
  segment: CompiledSegment,
  view: ProfileView,
  { featureByName }: CompiledDefinition,
  at: EpochMs,
): Because {
  const because: Record<string, JsonValue> = {}
  for (const name of segment.readsFeatures) {
    const reading = view.feature(name)
    const kind = featureByName.get(name)?.kind
    const isZero = reading.kind === 'absent' && kind !== undefined && isZeroWhenAbsent(kind)
    because[name] = isZero ? 0 : seen(reading, at)
  }
  for (const name of segment.readsTraits) because[`traits.${name}`] = seen(view.trait(name), at)
  return because
}
