import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { withDeclaration } from '../consent/declarations.ts'
import type { FeatureAlgebra, RefusedValue } from '../features/algebra.ts'
import { algebraOf } from '../features/algebras.ts'
import type { FragmentContent } from '../state.ts'
import { candidateOf, isTraitValue, withCandidate } from '../traits/candidates.ts'
import { withSeen } from './content.ts'
import { featurePart } from './part-names.ts'

/** Names of the parts (`feature/<id>`, `traits`, `consent`, `seen`) that an event changed. */
export type ChangedParts = ReadonlySet<string>

/** Told of each value that a feature or trait would not take; `name` is that of the pipeline file. For counters, never with the value. */
export type OnRefused = (name: string, reason: RefusedValue) => void

interface Step {
  readonly feature: CompiledFeature
  readonly algebra: FeatureAlgebra
  readonly part: string
}

const plans = new WeakMap<CompiledDefinition, ReadonlyMap<string, readonly Step[]>>()
const noSteps: readonly Step[] = []

/** What each event type meets, with everything looked up that doesn't depend on the event. */
function planOf(definition: CompiledDefinition): ReadonlyMap<string, readonly Step[]> {
  const known = plans.get(definition)
  if (known !== undefined) return known
  const plan = new Map<string, readonly Step[]>()
  for (const [type, features] of definition.featuresByEventType) {
    const steps = features.map((feature) => ({
      feature,
      algebra: algebraOf(feature.kind),
      part: featurePart(feature.id),
    }))
    plan.set(type, steps)
  }
  plans.set(definition, plan)
  return plan
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
  const changed = new Set<string>(['seen'])
  content.seen = withSeen(content.seen, event.occurredAt, event.receivedAt)
  for (const step of planOf(definition).get(event.type) ?? noSteps)
    applyFeature(content, event, step, changed, onRefused)
  applyTraits(content, event, definition, changed, onRefused)
  applyConsent(content, event, changed)
  return changed
}

function applyFeature(
  content: FragmentContent,
  event: RoutedEvent,
  { feature, algebra, part }: Step,
  changed: Set<string>,
  onRefused: OnRefused | undefined,
): void {
  if (!feature.accepts(event)) return
  const value = algebra.reads === 'nothing' ? null : feature.value(event)
  if (value === null && algebra.reads !== 'nothing') return
  const key = algebra.reads === 'key and value' ? feature.key(event) : null
  if (key === null && algebra.reads === 'key and value') return
  const held = content.features.get(feature.id)
  const next = algebra.update(held, feature, value, key, event)
  if (typeof next === 'string') {
    onRefused?.(feature.name, next)
    return
  }
  if (next !== held) content.features.set(feature.id, next)
  changed.add(part)
}

function applyTraits(
  content: FragmentContent,
  event: RoutedEvent,
  { traitByName }: CompiledDefinition,
  changed: Set<string>,
  onRefused: OnRefused | undefined,
): void {
  for (const name in event.traits) {
    const value = event.traits[name]
    if (value === undefined || !traitByName.has(name)) continue
    if (!isTraitValue(value)) {
      onRefused?.(name, typeof value === 'string' ? 'too_long' : 'not_finite')
      continue
    }
    const held = content.traits.get(name) ?? []
    const next = withCandidate(held, candidateOf(event, value))
    if (next === held) continue
    content.traits.set(name, next)
    changed.add('traits')
  }
}

/** Declarations are kept for purposes that no file names yet, too: an answer once given stays given. */
function applyConsent(content: FragmentContent, event: RoutedEvent, changed: Set<string>): void {
  for (const purpose in event.consent) {
    const state = event.consent[purpose]
    if (state === undefined) continue
    content.consent.set(
      purpose,
      withDeclaration(content.consent.get(purpose), state, event.occurredAt),
    )
    changed.add('consent')
  }
}
