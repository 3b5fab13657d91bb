import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { StatePart } from '#runtime/log/messages.ts'
import type {
  ConsentDeclarations,
  FeatureState,
  FragmentContent,
  TraitCandidate,
} from '../state.ts'
import { clearContent } from './content.ts'
import { parsePart } from './parse-part.ts'
import { featureOfPart, featurePart } from './part-names.ts'
import { RejectedMessage } from './rejected-message.ts'

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Keys sorted: the same content gives the same bytes. */
function sortedObject<V>(map: ReadonlyMap<string, V>, toJson: (value: V) => JsonValue): JsonValue {
  const entries = [...map].toSorted(([a], [b]) => byText(a, b))
  return Object.fromEntries(entries.map(([name, value]) => [name, toJson(value)]))
}

const candidatesJson = (candidates: readonly TraitCandidate[]): JsonValue =>
  candidates.map((candidate) => ({ ...candidate }))
const declarationsJson = ({ declared, basisAt }: ConsentDeclarations): JsonValue => ({
  declared: declared === null ? null : { ...declared },
  basisAt,
})

/** Feature states are changed in place, so what leaves the fragment is a copy. */
const copyState = (state: FeatureState): FeatureState => state.map(copyValue)
const copyValue = (value: JsonValue): JsonValue => (isList(value) ? copyState(value) : value)
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

/** The state in a feature's part, not a copy. @throws RejectedMessage for a name that no part has. */
export function featureState(content: FragmentContent, name: string): FeatureState | undefined {
  const id = featureOfPart(name)
  if (id === null) throw new RejectedMessage('unknown_part', name)
  return content.features.get(id)
}

/** One part as it stands, a copy; state null says that the part is gone. @throws RejectedMessage for a name that no part has. */
export function partOf(content: FragmentContent, name: string): StatePart {
  const id = featureOfPart(name)
  if (id !== null) {
    const state = content.features.get(id)
    return { name, state: state === undefined ? null : copyState(state) }
  }
  switch (name) {
    case 'traits':
      return {
        name,
        state: content.traits.size === 0 ? null : sortedObject(content.traits, candidatesJson),
      }
    case 'consent':
      return {
        name,
        state: content.consent.size === 0 ? null : sortedObject(content.consent, declarationsJson),
      }
    case 'seen':
      return { name, state: content.seen === null ? null : { ...content.seen } }
    default:
      throw new RejectedMessage('unknown_part', name)
  }
}

/** Every part that there is, features by id first, then traits, consent, seen. Empty for an empty content. */
export function allParts(content: FragmentContent): StatePart[] {
  const names = [...content.features.keys()].toSorted(byText).map(featurePart)
  if (content.traits.size > 0) names.push('traits')
  if (content.consent.size > 0) names.push('consent')
  if (content.seen !== null) names.push('seen')
  return names.map((name) => partOf(content, name))
}

/**
 * Replaces the parts that a home sent (`whole`: everything else is dropped). Every part is parsed before anything changes. Features
 * that `definition` names must have their kind's shape; others are carried unread, as long as they look like a state.
 * @throws RejectedMessage when a part is malformed, unknown or there twice.
 */
export function replaceParts(
  content: FragmentContent,
  parts: readonly StatePart[],
  whole: boolean,
  definition?: CompiledDefinition,
): void {
  const seenNames = new Set<string>()
  const changes = parts.map((part) => {
    if (seenNames.has(part.name)) throw new RejectedMessage('duplicate_part', part.name)
    seenNames.add(part.name)
    return parsePart(part, definition)
  })
  if (whole) clearContent(content)
  for (const change of changes) change(content)
}
