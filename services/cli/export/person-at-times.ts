import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { EpochMs, ProfileId } from '#runtime/event/ids.ts'
import { evaluateSegments } from '../../profiles/core/segments/evaluate-segments.ts'
import { createProfileView } from '../../profiles/core/segments/profile-reader.ts'
import { profileRow } from '../../profiles/core/rows/profile-row.ts'
import type { Summed } from '../../profiles/core/content/sum-contents.ts'
import type { Definitions } from '../verify/definitions.ts'
import { type Contents, foldStored, sumStored, timeOf } from '../verify/recompute.ts'
import type { StoredEvent } from '../verify/stored-event.ts'
import type { ExportColumns } from './export-columns.ts'

/** A row of the file that asks for a person. */
export interface AskedOf {
  /** UInt64 as text. */
  readonly row: string
  readonly at: string
}

interface Deps {
  readonly columns: ExportColumns
  readonly definition: CompiledDefinition
  readonly definitions: Pick<Definitions, 'loaded'>
}

/** Known from here on: nobody can have known an event before it was received, nor that it happened before it did. */
const knownAt = ({ occurred_at, received_at }: StoredEvent): number =>
  Math.max(timeOf(occurred_at), timeOf(received_at))

/** One person as of each time, by the production fold. `asked` by time. */
export function personAtTimes(
  profile: string,
  asked: readonly AskedOf[],
  events: readonly StoredEvent[],
  given: readonly string[],
  deps: Deps,
): readonly object[] {
  const inOrder = events.toSorted((a, b) => knownAt(a) - knownAt(b))
  const contents: Contents = new Map()
  let folded = 0
  let newest: string | null = null
  return asked.map(({ at, row }) => {
    const time = timeOf(at)
    for (
      let event = inOrder[folded];
      event !== undefined && knownAt(event) <= time;
      event = inOrder[folded]
    ) {
      foldStored(contents, event, deps.definitions.loaded)
      newest = newest === null || event.received_at > newest ? event.received_at : newest
      folded += 1
    }
    const head = { row, at, profile_id: profile, updated_at: newest, given }
    if (folded === 0) return { ...head, segments: [] }
    const { members, summed } = sumStored(contents, deps.definition)
    return {
      ...head,
      segments: segmentsAt(summed, time, deps),
      ...valuesAt(profile, summed, members, time, deps),
    }
  })
}

function valuesAt(
  profile: string,
  summed: Summed,
  members: readonly string[],
  at: EpochMs,
  { columns, definition }: Deps,
): object {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is stored
  const id = profile as ProfileId
  const row = profileRow({ profile: id, version: '0', at, definition, members, summed })
  const cells = new Map<string, unknown>(Object.entries(row))
  return Object.fromEntries(columns.stored.map(({ name }) => [name, cells.get(name)]))
}

function segmentsAt(summed: Summed, at: EpochMs, { definition }: Deps): readonly string[] {
  const { segments } = evaluateSegments({
    previous: new Map(),
    view: createProfileView(summed, definition, at),
    definition,
    at,
    cause: 'merge',
    fresh: true,
  })
  return [...segments].filter(([, { member }]) => member).map(([name]) => name)
}
