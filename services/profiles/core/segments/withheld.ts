import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { Because } from './because.ts'
import type { ProfileView } from './profile-reader.ts'

/** The names (as in `because`) of what a segment reads and whose purpose isn't given: their absence is a decision, not a gap in the data. */
export function withheldReads(
  segment: CompiledSegment,
  view: ProfileView,
  definition: CompiledDefinition,
): readonly string[] {
  const isWithheld = (purpose: string | undefined): boolean =>
    purpose !== undefined && !view.gate.given(purpose)
  return [
    ...segment.readsFeatures.filter((name) =>
      isWithheld(definition.featureByName.get(name)?.purpose),
    ),
    ...segment.readsTraits
      .filter((name) => isWithheld(definition.traitByName.get(name)?.purpose))
      .map((name) => `traits.${name}`),
  ]
}

/** A reason without the values that may not be shown any more; the very same object when there are none. */
export function withoutWithheld(
  because: Because,
  segment: CompiledSegment,
  view: ProfileView,
  definition: CompiledDefinition,
): Because {
  if (!view.gate.given(segment.purpose))
    return Object.keys(because).every((name) => name.startsWith('consent.')) ? because : {}
  const gone = withheldReads(segment, view, definition).filter(
    (name) => (because[name] ?? null) !== null,
  )
  if (gone.length === 0) return because
  return { ...because, ...Object.fromEntries(gone.map((name) => [name, null])) }
}
