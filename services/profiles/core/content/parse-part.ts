import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { FeatureId } from '#runtime/event/ids.ts'
import type { StatePart } from '#runtime/log/messages.ts'
import { isFiniteNumber } from '../features/algebra.ts'
import { algebraOf } from '../features/algebras.ts'
import type {
  ConsentDeclarations,
  FeatureState,
  FragmentContent,
  Seen,
  TraitCandidate,
} from '../state.ts'
import { isTraitValue } from '../traits/candidates.ts'
import { featureOfPart } from './part-names.ts'
import { RejectedMessage } from './rejected-message.ts'

type Change = (content: FragmentContent) => void
type JsonRecord = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const hasText = (record: JsonRecord, ...keys: readonly string[]): boolean =>
  keys.every((key) => typeof record[key] === 'string')

const isCandidate = (value: unknown): value is TraitCandidate =>
  isRecord(value) &&
  hasText(value, 'source', 'eventKey') &&
  isTraitValue(value['value']) &&
  (value['party'] === 'first' || value['party'] === 'third') &&
  (value['kind'] === 'declared' || value['kind'] === 'observed' || value['kind'] === 'inferred') &&
  isFiniteNumber(value['at'])

const isDeclarations = (value: unknown): value is ConsentDeclarations =>
  isRecord(value) &&
  (value['basisAt'] === null || isFiniteNumber(value['basisAt'])) &&
  (value['declared'] === null ||
    (isRecord(value['declared']) &&
      (value['declared']['state'] === 'granted' || value['declared']['state'] === 'denied') &&
      isFiniteNumber(value['declared']['at'])))

const isSeen = (value: unknown): value is Seen =>
  isRecord(value) &&
  ['firstAt', 'lastAt', 'newestReceivedAt', 'events'].every((key) => isFiniteNumber(value[key]))

/** What every feature state has in common: an array that begins with a time and holds nothing that JSON can't. */
const isState = (state: JsonValue): state is FeatureState =>
  Array.isArray(state) && isFiniteNumber(state[0]) && state.every(isPlain)
const isPlain = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(isPlain)
    : typeof value === 'string' || typeof value === 'boolean' || isFiniteNumber(value)

const byId = new WeakMap<CompiledDefinition, ReadonlyMap<FeatureId, CompiledFeature>>()

/** The definition's features that have a state, by id, looked up once. */
export function featuresById(
  definition: CompiledDefinition,
): ReadonlyMap<FeatureId, CompiledFeature> {
  let features = byId.get(definition)
  if (features === undefined) {
    features = new Map(
      definition.features
        .filter(({ derivation }) => derivation === null)
        .map((feature) => [feature.id, feature]),
    )
    byId.set(definition, features)
  }
  return features
}

function parseFeature(
  id: FeatureId,
  state: JsonValue,
  definition: CompiledDefinition | undefined,
): Change | null {
  if (state === null) return (content) => content.features.delete(id)
  const feature = definition === undefined ? undefined : featuresById(definition).get(id)
  if (!isState(state)) return null
  if (feature !== undefined && !algebraOf(feature.kind).accepts(state)) return null
  return (content) => content.features.set(id, state)
}

function replaceMap<V>(
  state: JsonValue,
  isValue: (value: unknown) => value is V,
  mapOf: (content: FragmentContent) => Map<string, V>,
): Change | null {
  const entries = Object.entries(isRecord(state) ? state : {})
  if (state !== null && !(isRecord(state) && entries.every(([, value]) => isValue(value))))
    return null
  return (content) => {
    const map = mapOf(content)
    map.clear()
    for (const [name, value] of entries) if (isValue(value)) map.set(name, value)
  }
}

const isCandidates = (value: unknown): value is readonly TraitCandidate[] =>
  Array.isArray(value) && value.every(isCandidate)

function changeOf(part: StatePart, definition: CompiledDefinition | undefined): Change | null {
  const { name, state } = part
  const id = featureOfPart(name)
  if (id !== null) return parseFeature(id, state, definition)
  switch (name) {
    case 'traits':
      return replaceMap(state, isCandidates, (content) => content.traits)
    case 'consent':
      return replaceMap(state, isDeclarations, (content) => content.consent)
    case 'seen': {
      const seen: unknown = state
      if (seen !== null && !isSeen(seen)) return null
      return (content) => {
        content.seen = seen === null ? null : { ...seen }
      }
    }
    default:
      throw new RejectedMessage('unknown_part', name)
  }
}

/** Checks one part and returns the change that it is. @throws RejectedMessage when it is malformed or unknown. */
export function parsePart(part: StatePart, definition: CompiledDefinition | undefined): Change {
  const change = changeOf(part, definition)
  if (change === null) throw new RejectedMessage('malformed_part', part.name)
  return change
}
