import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import { nearest } from '#runtime/spelling/did-you-mean.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { traitColumn } from '#schemas/clickhouse/columns.ts'
import { profileRow } from '../../profiles/core/rows/profile-row.ts'
import {
  explainSegment,
  type SegmentExplanation,
} from '../../profiles/core/segments/explain-segment.ts'
import type { Membership } from '../../profiles/core/state.ts'
import { compareRows } from '../verify/compare-rows.ts'
import type { Definitions } from '../verify/definitions.ts'
import { type Contents, foldStored, type StoredPerson, sumStored } from '../verify/recompute.ts'

export interface PersonExplanation extends SegmentExplanation {
  readonly profile_id: string
  readonly rule_version: string
  /** What the rule reads of which the stored values are others: events of before their retention tell of it no more. */
  readonly differing: readonly string[]
}

/**
 * What the rules read is folded anew from the person's events, as `verify` does it: a window's edges and the age of what turns stale are in no row. What was
 * decided is taken as it is stored.
 */
export async function explainPerson(
  person: StoredPerson,
  segment: CompiledSegment,
  memberships: ReadonlyMap<string, Membership>,
  at: EpochMs,
  definitions: Definitions,
): Promise<PersonExplanation> {
  const { definition, profile } = person
  for (const version of new Set(person.events.map((event) => event.definition)))
    await definitions.load(version)
  const contents: Contents = new Map()
  for (const event of person.events) foldStored(contents, event, definitions.loaded)
  const { members, summed } = sumStored(contents, definition)
  const row = profileRow({
    profile,
    version: '0',
    at: person.updatedAt,
    definition,
    members,
    summed,
  })
  return {
    ...explainSegment(segment, { summed, definition, memberships, at }),
    profile_id: profile,
    rule_version: String(definition.version),
    differing: differing(person, segment, new Map<string, unknown>(Object.entries(row))),
  }
}

function differing(
  { definition, profile, row }: StoredPerson,
  segment: CompiledSegment,
  recomputed: ReadonlyMap<string, unknown>,
): readonly string[] {
  const features = definition.features.filter(({ name }) => segment.readsFeatures.includes(name))
  // What is kept of a person is sealed in one table and plain in another.
  const traits = definition.traits.filter(
    ({ keep, name }) => keep === null && segment.readsTraits.includes(name),
  )
  return [
    ...compareRows(profile, features, row, recomputed).map(({ feature }) => feature),
    ...traits
      .map(({ name }) => name)
      .filter((name) => {
        const column = traitColumn(name)
        return (row.get(column) ?? null) !== (recomputed.get(column) ?? null)
      })
      .map((name) => `traits.${name}`),
  ]
}

/** @throws TributaryError `TRB_NOT_FOUND` with the names that there are. */
export function segmentOf(
  { definition }: StoredPerson,
  name: string,
  at: Date | null,
): CompiledSegment {
  const found = definition.segments.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = definition.segments.map((each) => each.name)
  const near = nearest(name, names)
  const when = at === null ? 'in force' : `that was in force at ${at.toISOString()}`
  throw new TributaryError(
    'TRB_NOT_FOUND',
    `the pipeline file ${when} (version ${definition.version}) has no segment ${name}`,
    { hint: near === null ? `It has ${names.join(', ')}.` : `Did you mean ${near}?` },
  )
}
