import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import type { Scalar, TraitKind } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { PurposeState } from '../consent/declarations.ts'
import { createGate } from '../consent/gate.ts'
import type { Summed } from '../content/sum-contents.ts'
import { halfLifeOf, newestAt } from '../features/algebra.ts'
import { algebraOf } from '../features/algebras.ts'
import { decay } from '../features/decay.ts'
import { featureStaleAt } from '../segments/profile-reader.ts'
import type { FeatureState } from '../state.ts'
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
export function readFeature(
  state: FeatureState,
  feature: CompiledFeature,
  at: EpochMs,
): FeatureReading {
  const ref = newestAt(state)
  const staleAt = featureStaleAt(state, feature)
  const read = (value: Shown, valueAtRef: Shown): FeatureReading => ({
    value,
    value_at_ref: valueAtRef,
    ref_time: toIso(ref),
    stale: staleAt !== null && at >= staleAt,
  })
  const value = algebraOf(feature.kind).finalize(state, feature)
  switch (value.kind) {
    case 'plain':
    case 'money':
      return read(value.value, value.value)
    case 'instant':
      return read(toIso(value.at), toIso(value.at))
    case 'out_of_range':
      return read(null, null)
    case 'decayed':
      return read(decay(value.valueAtRef, at - ref, halfLifeOf(feature)) + 0, value.valueAtRef)
    case 'ranked': {
      const factor = decay(1, at - ref, halfLifeOf(feature))
      const now = value.entries.map(([key, weight]) => [key, weight * factor] as const)
      return read(now, value.entries)
    }
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
    const state = gate.given(feature.purpose) ? summed.features.get(feature.id) : undefined
    features[feature.name] = state === undefined ? nothing : readFeature(state, feature, at)
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
