import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { applyEvent } from '../../profiles/core/content/apply-event.ts'
import { type Summed, sumContents } from '../../profiles/core/content/sum-contents.ts'
import { profileRow } from '../../profiles/core/rows/profile-row.ts'
import { emptyContent } from '../../profiles/core/content/content.ts'
import type { FragmentContent } from '../../profiles/core/state.ts'
import { routedEvent, type StoredEvent } from './stored-event.ts'

/** What is stored of one person. */
export interface StoredPerson {
  readonly profile: ProfileId
  /** Row of `profiles`. */
  readonly row: ReadonlyMap<string, unknown>
  readonly updatedAt: EpochMs
  /** Definition in force for the row. */
  readonly definition: CompiledDefinition
  /** Events of all its fragments, in any order: the fold of features does not depend on it. */
  readonly events: readonly StoredEvent[]
}

/** Contents of fragments, into which events are folded. */
export type Contents = Map<FragmentId, FragmentContent>

/** Folds one more event. In any order: the fold of features does not depend on it. */
export function foldStored(
  contents: Contents,
  event: StoredEvent,
  definitionOf: (version: string) => CompiledDefinition,
): void {
  const content = contents.get(event.fragment_id) ?? emptyContent()
  contents.set(event.fragment_id, content)
  applyEvent(content, routedEvent(event), definitionOf(event.definition))
}

/** Members in the order of their names, and their sum: good until the next event is folded. */
export function sumStored(
  contents: Contents,
  definition: CompiledDefinition,
): { readonly members: readonly FragmentId[]; readonly summed: Summed } {
  const inOrder = [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    members: inOrder.map(([fragment]) => fragment),
    summed: sumContents(
      inOrder.map(([, content]) => content),
      definition,
    ),
  }
}

/**
 * The row that the production fold makes of these events. Each event meets the definition that was in force for it, the sum that of the
 * row.
 */
export function recompute(
  person: StoredPerson,
  definitionOf: (version: string) => CompiledDefinition,
): ProfileRow {
  const contents: Contents = new Map()
  for (const event of person.events) foldStored(contents, event, definitionOf)
  return profileRow({
    profile: person.profile,
    version: '0',
    at: person.updatedAt,
    definition: person.definition,
    ...sumStored(contents, person.definition),
  })
}

export const timeOf = (iso: string): EpochMs => epochMs(Date.parse(iso))
