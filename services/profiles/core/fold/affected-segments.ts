import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { ChangedParts } from '../content/changed-parts.ts'
import { featurePart } from '../content/part-names.ts'

interface Readers {
  /** The segments that a change of a part can change, whole groups. */
  readonly byPart: ReadonlyMap<string, ReadonlySet<CompiledSegment>>
  /** Answers given before, by the very set, with consent known and not: the events of one type mostly change the same parts. */
  readonly known: readonly [Answers, Answers]
}

type Answers = WeakMap<ChangedParts, readonly CompiledSegment[]>

const byDefinition = new WeakMap<CompiledDefinition, Readers>()

function readersOf(definition: CompiledDefinition): Readers {
  let readers = byDefinition.get(definition)
  if (readers === undefined) {
    readers = { byPart: readersByPart(definition), known: [new WeakMap(), new WeakMap()] }
    byDefinition.set(definition, readers)
  }
  return readers
}

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
  const answers = known[consentKnown ? 0 : 1]
  const answer = answers.get(changed)
  if (answer !== undefined) return answer
  const affected = new Set<CompiledSegment>()
  for (const part of changed) {
    if (consentKnown && part === 'consent') continue
    for (const segment of byPart.get(part) ?? []) affected.add(segment)
  }
  const ordered = definition.segments.filter((segment) => affected.has(segment))
  answers.set(changed, ordered)
  return ordered
}
