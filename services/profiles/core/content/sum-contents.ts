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
import { featuresById } from './parse-part.ts'

/**
 * A profile: the sum of its members. A view: with a single member it *is* that member's content, so it is read before the next event
 * is applied and never changed.
 */
export interface Summed {
  /** The sum of one feature's states, made when it is first asked for: most touches read a few of them. */
  readonly features: Pick<ReadonlyMap<FeatureId, FeatureState>, 'get'>
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
  const members: FragmentContent[] = []
  for (const content of contents) if (!isEmpty(content)) members.push(content)
  const [only] = members
  if (only === undefined) return nothing
  if (members.length === 1) return only
  return {
    features: sumFeatures(members, definition),
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
  definition: CompiledDefinition,
): Summed['features'] {
  const sums = new Map<FeatureId, FeatureState | undefined>()
  const named = featuresById(definition)
  return {
    get(id) {
      const known = sums.get(id)
      if (known !== undefined || sums.has(id)) return known
      const feature = named.get(id)
      const sum = feature === undefined ? undefined : sumFeature(members, feature)
      sums.set(id, sum)
      return sum
    },
  }
}

function sumFeature(
  members: readonly FragmentContent[],
  feature: CompiledFeature,
): FeatureState | undefined {
  const algebra = algebraOf(feature.kind)
  let sum: FeatureState | undefined
  for (const { features } of members) {
    const state = features.get(feature.id)
    if (state !== undefined) sum = sum === undefined ? state : algebra.merge(sum, state, feature)
  }
  return sum
}

function sumMaps<V>(
  members: readonly FragmentContent[],
  mapOf: (member: FragmentContent) => ReadonlyMap<string, V>,
  merge: (a: V, b: V) => V,
): ReadonlyMap<string, V> {
  const sums = new Map<string, V>()
  const add = (value: V, name: string): void => {
    const held = sums.get(name)
    sums.set(name, held === undefined ? value : merge(held, value))
  }
  for (const member of members) mapOf(member).forEach(add)
  return sums
}
