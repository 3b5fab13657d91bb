import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { ChangedParts } from '../content/apply-event.ts'
import { featurePart } from '../content/part-names.ts'

const readParts = new WeakMap<CompiledDefinition, ReadonlySet<string>>()

/** The parts of a state that a segment or its timer can depend on. Traits always count: their ages arm the timer too. */
function partsRead(definition: CompiledDefinition): ReadonlySet<string> {
  const known = readParts.get(definition)
  if (known !== undefined) return known
  const parts = new Set(['traits', 'consent'])
  for (const { readsFeatures } of definition.segments)
    for (const name of readsFeatures) {
      const feature = definition.featureByName.get(name)
      if (feature !== undefined) parts.add(featurePart(feature.id))
    }
  readParts.set(definition, parts)
  return parts
}

/** Whether a change of these parts can change a segment. */
export function affectsSegments(definition: CompiledDefinition, changed: ChangedParts): boolean {
  const read = partsRead(definition)
  for (const part of changed) if (read.has(part)) return true
  return false
}
