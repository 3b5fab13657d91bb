import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import type { StatePart } from '#runtime/log/messages.ts'
import { withDeclaration } from '../consent/declarations.ts'
import type { FeatureAlgebra, RefusedValue } from '../features/algebra.ts'
import { algebraOf } from '../features/algebras.ts'
import type { FragmentContent } from '../state.ts'
import { type ChangedParts, createPartsSteps, type PartsStep } from './changed-parts.ts'
import {
  candidateOf,
  isKeepable,
  isTraitValue,
  withCandidate,
  withinBytes,
} from '../traits/candidates.ts'
import { withSeen } from './content.ts'
import { featurePart } from './part-names.ts'

/** Told of each value that a feature or trait would not take; `name` is that of the pipeline file. For counters, never with the value. */
export type OnRefused = (name: string, reason: RefusedValue) => void

interface Step {
  readonly feature: CompiledFeature
  readonly algebra: FeatureAlgebra
  readonly part: string
}

interface Plan {
  readonly steps: ReadonlyMap<string, readonly Step[]>
  /** Every event is seen. */
  readonly seen: PartsStep
}

const plans = new WeakMap<CompiledDefinition, Plan>()
const noSteps: readonly Step[] = []

/** What each event type meets, with everything looked up that doesn't depend on the event. */
function planOf(definition: CompiledDefinition): Plan {
  const known = plans.get(definition)
  if (known !== undefined) return known
  const byType = new Map<string, readonly Step[]>()
  for (const [type, features] of definition.featuresByEventType) {
    const steps = features.map((feature) => ({
      feature,
      algebra: algebraOf(feature.kind),
      part: featurePart(feature.id),
    }))
    byType.set(type, steps)
  }
  const plan = { steps: byType, seen: createPartsSteps('seen') }
  plans.set(definition, plan)
  return plan
}

/** Parts that a home sent, as the set that an event with the same changes would have: what follows from it is known by then. */
export function changedBy(
  parts: readonly StatePart[],
  definition: CompiledDefinition,
): ChangedParts {
  let step = planOf(definition).seen
  let isSeen = false
  for (const { name } of parts)
    if (name === 'seen') isSeen = true
    else step = step.with(name)
  return isSeen ? step.parts : new Set(parts.map(({ name }) => name))
}

/**
 * Folds one event into a fragment's content, in place. The event always counts as seen; a value that a feature refuses (not finite,
 * beyond 1e15, …) leaves that feature as it was. Time and order are the event's own, so any arrival order ends the same.
 */
export function applyEvent(
  content: FragmentContent,
  event: RoutedEvent,
  definition: CompiledDefinition,
  onRefused?: OnRefused,
): ChangedParts {
  const { steps, seen } = planOf(definition)
  let changed = seen
  content.seen = withSeen(content.seen, event.occurredAt, event.receivedAt)
  for (const step of steps.get(event.type) ?? noSteps)
    if (applyFeature(content, event, step, onRefused)) changed = changed.with(step.part)
  if (applyTraits(content, event, definition, onRefused)) changed = changed.with('traits')
  if (applyConsent(content, event)) changed = changed.with('consent')
  return changed.parts
}

function applyFeature(
  content: FragmentContent,
  event: RoutedEvent,
  { feature, algebra }: Step,
  onRefused: OnRefused | undefined,
): boolean {
  if (!feature.accepts(event)) return false
  const value = algebra.reads === 'nothing' ? null : feature.value(event)
  if (value === null && algebra.reads !== 'nothing') return false
  const key = algebra.reads === 'key and value' ? feature.key(event) : null
  if (key === null && algebra.reads === 'key and value') return false
  const held = content.features.get(feature.id)
  const next = algebra.update(held, feature, value, key, event)
  if (typeof next === 'string') {
    onRefused?.(feature.name, next)
    return false
  }
  if (next !== held) content.features.set(feature.id, next)
  return true
}

function applyTraits(
  content: FragmentContent,
  event: RoutedEvent,
  { traitByName, traitBytesMax }: CompiledDefinition,
  onRefused: OnRefused | undefined,
): boolean {
  let changes = false
  for (const name in event.traits) {
    const value = event.traits[name]
    if (value === undefined || !traitByName.has(name)) continue
    if (!isTraitValue(value) || !isKeepable(value)) {
      onRefused?.(name, typeof value === 'string' ? 'too_long' : 'not_finite')
      continue
    }
    const held = content.traits.get(name) ?? []
    const next = withCandidate(held, candidateOf(event, value))
    if (next === held) continue
    content.traits.set(name, withinBytes(next, traitBytesMax))
    changes = true
  }
  return changes
}

/** Declarations are kept for purposes that no file names yet, too, as far as there is room: an answer once given stays given. */
function applyConsent(content: FragmentContent, event: RoutedEvent): boolean {
  let says = false
  for (const purpose in event.consent) {
    const state = event.consent[purpose]
    if (state === undefined) continue
    const held = content.consent.get(purpose)
    const next = withDeclaration(held, state, event.occurredAt)
    if (next !== held) content.consent.set(purpose, next)
    says = true
  }
  return says
}
