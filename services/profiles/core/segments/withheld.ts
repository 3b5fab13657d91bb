import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { Because } from './because.ts'
import type { ProfileView } from './profile-reader.ts'
import { purposeOf } from './reads.ts'

/** A name that a segment reads, as in `because`, and the purpose that it serves. */
interface Read {
  readonly name: string
  readonly purpose: string
}

const reads = new WeakMap<CompiledDefinition, Map<CompiledSegment, readonly Read[]>>()

/** Looked up once for each definition, since every event of a member asks. */
function readsOf(segment: CompiledSegment, definition: CompiledDefinition): readonly Read[] {
  let bySegment = reads.get(definition)
  if (bySegment === undefined) {
    bySegment = new Map()
    reads.set(definition, bySegment)
  }
  let known = bySegment.get(segment)
  if (known === undefined) {
    known = namesRead(segment, definition)
    bySegment.set(segment, known)
  }
  return known
}

const namesRead = (
  { readsFeatures, readsTraits }: CompiledSegment,
  definition: CompiledDefinition,
): readonly Read[] =>
  [...readsFeatures, ...readsTraits.map((name) => `traits.${name}`)].flatMap((name) => {
    const purpose = purposeOf(name, definition)
    return purpose === undefined ? [] : [{ name, purpose }]
  })

const none: readonly string[] = []

/** The names (as in `because`) of what a segment reads and whose purpose isn't given: their absence is a decision, not a gap in the data. */
export function withheldReads(
  segment: CompiledSegment,
  view: ProfileView,
  definition: CompiledDefinition,
): readonly string[] {
  let withheld: string[] | null = null
  for (const { name, purpose } of readsOf(segment, definition))
    if (!view.gate.given(purpose)) (withheld ??= []).push(name)
  return withheld ?? none
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
  const withheld = withheldReads(segment, view, definition)
  if (withheld.length === 0) return because
  const gone = withheld.filter((name) => (because[name] ?? null) !== null)
  if (gone.length === 0) return because
  return { ...because, ...Object.fromEntries(gone.map((name) => [name, null])) }
}
