import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import type { FoldedKind } from '#runtime/definition/feature-kinds.ts'
import type { Step } from '#runtime/definition/rules/steps.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { FeatureState } from '../state.ts'

/** What an algebra may know of an event beside the value: its time and the key at which ties end. */
export interface Occurrence {
  readonly occurredAt: EpochMs
  readonly source: string
  readonly eventKey: string
}

/** Reason for which a value is not folded. The event still counts everywhere else. */
export type RefusedValue = 'not_a_number' | 'not_finite' | 'too_large' | 'negative' | 'too_long'

/** What a feature says about a profile at its reference time; time moves `decayed`, `ranked`, `steps` and `rate`. */
export type FeatureValue =
  | { readonly kind: 'plain'; readonly value: Scalar }
  | { readonly kind: 'decayed'; readonly valueAtRef: number }
  /** Exact money: `decimal` has four digits after the point; `value` is its nearest double, for rules. */
  | { readonly kind: 'money'; readonly decimal: string; readonly value: number }
  | { readonly kind: 'instant'; readonly at: EpochMs }
  /** Heaviest first, ties by key. `errorAtRef`: no key can weigh more than this above what is shown. */
  | {
      readonly kind: 'ranked'
      readonly entries: readonly (readonly [key: string, weightAtRef: number])[]
      readonly errorAtRef: number
      /** Weight of all keys together, those not shown and those pruned included. */
      readonly totalAtRef: number
    }
  /** From each moment on another value; at least one, in rising order. */
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** So many events since the first: per day that is less and less. */
  | { readonly kind: 'rate'; readonly events: number; readonly firstAt: EpochMs }
  /** Each key's part of the whole, largest first, ties by key; time does not move it. */
  | {
      readonly kind: 'shares'
      readonly entries: readonly (readonly [key: string, share: number])[]
    }
  /** Exact, but outside of what Decimal(18,4) can hold: said as null rather than wrongly. */
  | { readonly kind: 'out_of_range' }
  /** There is no value: the interval of a single event, a ratio to nothing. */
  | { readonly kind: 'none' }

/**
 * One kind of feature: a commutative, associative algebra over plain JSON states.
 * Every state is an array whose first element is the newest event time that it has seen (its reference time).
 */
export interface FeatureAlgebra<S extends FeatureState = FeatureState> {
  /** What `update` needs: a missing value or key means that the event says nothing. */
  readonly reads: 'nothing' | 'value' | 'key and value'
  /** Adds one event. Owns `state`, may change it in place, and returns the state to keep, or why the value was refused (then nothing changed). */
  update(
    state: S | undefined,
    feature: CompiledFeature,
    value: Scalar | null,
    key: string | null,
    occurrence: Occurrence,
  ): S | RefusedValue
  /** The state of both event sets together. Fresh: shares nothing mutable with its inputs and changes neither. */
  merge(a: S, b: S, feature: CompiledFeature): S
  finalize(state: S, feature: CompiledFeature): FeatureValue
  /** Whether `state` has the shape of this kind; the guard for states that come over the wire. */
  accepts(state: FeatureState): state is S
}

export type Algebras = { readonly [K in FoldedKind]: FeatureAlgebra }

/** Half-life of a decayed feature. @throws TypeError when the definition was compiled without one. */
export function halfLifeOf(feature: CompiledFeature): number {
  if (feature.halfLifeMs === null)
    throw new TypeError(`feature ${feature.name} of kind ${feature.kind} has no half-life`)
  return feature.halfLifeMs
}

/** Newest event time that a state has seen: the reference time of everything it says. @throws TypeError for what is no state. */
export function newestAt(state: FeatureState): EpochMs {
  const at = state[0]
  if (typeof at !== 'number')
    throw new TypeError('a feature state begins with its newest event time')
  return epochMs(at)
}

export const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)

/** Whether a value is an array of so many finite numbers. */
export const isNumbers = (value: FeatureState, length: number): boolean =>
  value.length === length && value.every(isFiniteNumber)
