import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import { ratePerDay } from '#runtime/definition/rules/rate.ts'
import { stepAt } from '#runtime/definition/rules/steps.ts'
import type { Scalar, TraitKind } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { PurposeState } from '../consent/declarations.ts'
import { createGate } from '../consent/gate.ts'
import type { Summed } from '../content/sum-contents.ts'
import { halfLifeOf } from '../features/algebra.ts'
import { decay } from '../features/decay.ts'
import type { Known } from '../features/known.ts'
import { readKnown } from '../features/read-known.ts'
import { resolveTrait } from '../traits/resolve-trait.ts'

type Ranking = readonly (readonly [key: string, weight: number])[]
type Shown = Scalar | null | Ranking

/** One feature as people see it: now, and as stored. Moments are ISO 8601, money a number of whole currency units. */
export interface FeatureReading {
  readonly value: Shown
  /** The value as it stands at `ref_time`; the same as `value` for kinds that time does not move. */
  readonly value_at_ref: Shown
  /** The newest event that the feature has seen. */
  readonly ref_time: string | null
  readonly stale: boolean
}

export interface TraitReading {
  readonly value: Scalar
  readonly source: string
  readonly kind: TraitKind
  readonly at: string
  readonly stale: boolean
}

/** Everything that may be shown of a profile at one moment. What has no consent, and traits that nobody gave, are left out or null. */
export interface ProfileReading {
  readonly features: Readonly<Record<string, FeatureReading>>
  readonly traits: Readonly<Record<string, TraitReading>>
  readonly consent: Readonly<Record<string, PurposeState>>
}

const nothing: FeatureReading = { value: null, value_at_ref: null, ref_time: null, stale: false }

/** Feature values at `at`, money and moments as people read them. Time before the reference never amplifies. */
export function readFeature(known: Known, feature: CompiledFeature, at: EpochMs): FeatureReading {
  if (known.kind !== 'known') return nothing
  const { refAt, staleAt, value } = known
  const read = (shown: Shown, valueAtRef: Shown = shown): FeatureReading => ({
    value: shown,
    value_at_ref: valueAtRef,
    ref_time: toIso(refAt),
    stale: staleAt !== null && at >= staleAt,
  })
  switch (value.kind) {
    case 'plain':
    case 'money':
      return read(value.value)
    case 'instant':
      return read(toIso(value.at))
    case 'out_of_range':
    case 'none':
      return read(null)
    case 'decayed':
      return read(decay(value.valueAtRef, at - refAt, halfLifeOf(feature)) + 0, value.valueAtRef)
    case 'ranked': {
      const factor = decay(1, at - refAt, halfLifeOf(feature))
      const now = value.entries.map(([key, weight]) => [key, weight * factor] as const)
      return read(now, value.entries)
    }
    case 'shares':
      return read(value.entries)
    case 'steps':
      return read(stepAt(value.steps, at)?.value ?? null, stepAt(value.steps, refAt)?.value ?? null)
    case 'rate':
      return read(ratePerDay(value, at), ratePerDay(value, refAt))
    default:
      return value satisfies never
  }
}

export function readProfile(
  summed: Summed,
  definition: CompiledDefinition,
  at: EpochMs,
): ProfileReading {
  const gate = createGate(summed.consent)
  const features: Record<string, FeatureReading> = {}
  for (const feature of definition.features) {
    features[feature.name] = readFeature(readKnown(feature, summed, gate), feature, at)
  }
  const traits: Record<string, TraitReading> = {}
  for (const trait of definition.traits) {
    const candidates = gate.given(trait.purpose) ? summed.traits.get(trait.name) : undefined
    const resolved = candidates && resolveTrait(candidates, trait, definition, at)
    if (!resolved) continue
    const { value, source, kind, at: givenAt } = resolved.candidate
    traits[trait.name] = { value, source, kind, at: toIso(givenAt), stale: resolved.stale }
  }
  const consent: Record<string, PurposeState> = {}
  for (const purpose of definition.purposes) consent[purpose] = gate.state(purpose)
  return { features, traits, consent }
}
