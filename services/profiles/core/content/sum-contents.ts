import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import type { FeatureId } from '#runtime/event/ids.ts'
import { mergeDeclarations } from '../consent/declarations.ts'
import { algebraOf } from '../features/algebras.ts'
import type {
  ConsentDeclarations,
  FeatureState,
  FragmentContent,
  Seen,
  TraitCandidate,
} from '../state.ts'
import { mergeCandidates } from '../traits/candidates.ts'
import { isEmpty, mergeSeen } from './content.ts'

/**
 * A profile: the sum of its members. A view: with a single member it *is* that member's content, so it is read before the next event
 * is applied and never changed.
 */
export interface Summed {
  readonly features: ReadonlyMap<FeatureId, FeatureState>
  readonly traits: ReadonlyMap<string, readonly TraitCandidate[]>
  readonly consent: ReadonlyMap<string, ConsentDeclarations>
  readonly seen: Readonly<Seen> | null
}

const nothing: Summed = { features: new Map(), traits: new Map(), consent: new Map(), seen: null }

/**
 * Adds members up. Only features that the definition names are read; empty members are none. Sums of doubles depend on the order in
 * their last bits: pass the members in a fixed order (by fragment id) to get the same bytes on every host.
 */
export function sumContents(
  contents: Iterable<FragmentContent>,
  definition: CompiledDefinition,
): Summed {
  const members = [...contents].filter((content) => !isEmpty(content))
  const [only] = members
  if (only === undefined) return nothing
  if (members.length === 1) return only
  return {
    features: sumFeatures(members, definition.features),
    traits: sumMaps(members, (member) => member.traits, mergeCandidates),
    consent: sumMaps(members, (member) => member.consent, mergeDeclarations),
    seen: members.reduce<Seen | null>(
      (sum, { seen }) => (sum === null || seen === null ? (sum ?? seen) : mergeSeen(sum, seen)),
      null,
    ),
  }
}

function sumFeatures(
  members: readonly FragmentContent[],
  features: readonly CompiledFeature[],
): ReadonlyMap<FeatureId, FeatureState> {
  const sums = new Map<FeatureId, FeatureState>()
  for (const feature of features) {
    if (feature.derivation !== null) continue
    const algebra = algebraOf(feature.kind)
    let sum: FeatureState | undefined
    for (const member of members) {
      const state = member.features.get(feature.id)
      if (state !== undefined) sum = sum === undefined ? state : algebra.merge(sum, state, feature)
    }
    if (sum !== undefined) sums.set(feature.id, sum)
  }
  return sums
}

function sumMaps<V>(
  members: readonly FragmentContent[],
  mapOf: (member: FragmentContent) => ReadonlyMap<string, V>,
  merge: (a: V, b: V) => V,
): ReadonlyMap<string, V> {
  const sums = new Map<string, V>()
  for (const member of members)
    for (const [name, value] of mapOf(member)) {
      const held = sums.get(name)
      sums.set(name, held === undefined ? value : merge(held, value))
    }
  return sums
}
