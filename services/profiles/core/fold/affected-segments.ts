import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { ChangedParts } from '../content/apply-event.ts'
import { featurePart } from '../content/part-names.ts'

interface Readers {
  /** The segments that a change of a part can change, whole groups. */
  readonly byPart: ReadonlyMap<string, ReadonlySet<CompiledSegment>>
  /** Answers given before: the events of one type mostly change the same parts. */
  readonly known: Map<string, readonly CompiledSegment[]>
}

const byDefinition = new WeakMap<CompiledDefinition, Readers>()

/** More combinations than a definition has event types and traits; beyond it answers are not kept. */
export const answersMax = 10_000

function readersOf(definition: CompiledDefinition): Readers {
  let readers = byDefinition.get(definition)
  if (readers === undefined) {
    readers = { byPart: readersByPart(definition), known: new Map() }
    byDefinition.set(definition, readers)
  }
  return readers
}

/** Answers of a definition that are kept. */
export const answersKept = (definition: CompiledDefinition): number =>
  readersOf(definition).known.size

function readersByPart(definition: CompiledDefinition): ReadonlyMap<string, Set<CompiledSegment>> {
  const { segments, featureByName } = definition
  // Consent decides over every purpose, and the ages of traits arm the timer whatever reads them.
  const byPart = new Map([
    ['consent', new Set(segments)],
    ['traits', new Set(segments)],
  ])
  for (const segment of segments)
    for (const name of segment.readsFeatures) {
      const feature = featureByName.get(name)
      if (feature === undefined) continue
      const part = featurePart(feature.id)
      const readers = byPart.get(part) ?? new Set()
      for (const each of segments)
        if (each === segment || (each.group !== null && each.group === segment.group))
          readers.add(each)
      byPart.set(part, readers)
    }
  return byPart
}

/** The segments that a change of these parts can change, in the definition's order. `consentKnown`: consent is none of them. */
export function affectedSegments(
  definition: CompiledDefinition,
  changed: ChangedParts,
  consentKnown: boolean,
): readonly CompiledSegment[] {
  const { byPart, known } = readersOf(definition)
  let key = consentKnown ? '-' : '+'
  for (const part of changed) key += ` ${part}`
  const answer = known.get(key)
  if (answer !== undefined) return answer
  const affected = new Set<CompiledSegment>()
  for (const part of changed) {
    if (consentKnown && part === 'consent') continue
    for (const segment of byPart.get(part) ?? []) affected.add(segment)
  }
  const ordered = definition.segments.filter((segment) => affected.has(segment))
  if (known.size < answersMax) known.set(key, ordered)
  return ordered
}
