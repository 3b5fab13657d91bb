import type { DefinitionChanges, FieldChange } from '#runtime/definition/deploy/changes.ts'
import type { Counts, SegmentCounts } from './count-people.ts'
import { type Estimate, estimate } from './estimate.ts'

export interface SegmentEffects {
  readonly segment: string
  readonly members: Estimate
  readonly deploy: { readonly entries: Estimate; readonly exits: Estimate }
  readonly rebuild: { readonly entries: Estimate; readonly exits: Estimate }
}

/** What a file would do to people. `sample` less than `profiles`: concluded from so many of them. */
export interface PeopleView {
  readonly profiles: number
  readonly sample: number
  readonly exact: boolean
  readonly concerned: Estimate
  /** Profiles with events that are stored no more: a rebuild would lose what they counted. */
  readonly events_gone: Estimate
  readonly features: readonly { readonly feature: string; readonly with_value: Estimate }[]
  readonly segments: readonly SegmentEffects[]
}

/** Segments that the file changes, and others that would change with them. */
export function peopleView(
  { segments: changed }: DefinitionChanges,
  counts: Counts,
  least: number,
): PeopleView {
  const told = (hits: number): Estimate => estimate(hits, counts, least)
  const names = new Set([
    ...changed.filter(({ effect }) => effect !== 'described').map(({ name }) => name),
    ...[...counts.segments].flatMap(([name, of]) => (moves(of) > 0 ? [name] : [])),
  ])
  return {
    profiles: counts.population,
    sample: counts.sample,
    exact: counts.sample >= counts.population,
    concerned: told(counts.concerned),
    events_gone: told(counts.shortened),
    features: [...counts.valued]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([feature, hits]) => ({ feature, with_value: told(hits) })),
    segments: [...names].toSorted().map((segment) => {
      const of = counts.segments.get(segment)
      return {
        segment,
        members: told(of?.members ?? 0),
        deploy: { entries: told(of?.deployEntries ?? 0), exits: told(of?.deployExits ?? 0) },
        rebuild: { entries: told(of?.rebuildEntries ?? 0), exits: told(of?.rebuildExits ?? 0) },
      }
    }),
  }
}

const moves = (of: SegmentCounts): number =>
  of.deployEntries + of.deployExits + of.rebuildEntries + of.rebuildExits

const fieldsJson = (fields: readonly FieldChange[]): object =>
  Object.fromEntries(fields.map(({ after, before, field }) => [field, { before, after }]))

export function changesJson({
  columns,
  features,
  other,
  segments,
  traits,
}: DefinitionChanges): object {
  return {
    features: features.map(({ effect, fields, idAfter, idBefore, name }) => ({
      name,
      effect,
      id_before: idBefore,
      id_after: idAfter,
      fields: fieldsJson(fields),
    })),
    traits: traits.map(({ effect, fields, name }) => ({
      name,
      effect,
      fields: fieldsJson(fields),
    })),
    segments: segments.map(({ effect, fields, name, reads }) => ({
      name,
      effect,
      reads,
      fields: fieldsJson(fields),
    })),
    columns: {
      added: columns.added.map(({ name }) => name),
      kept: columns.kept.length,
      retired: columns.retired.map(({ name }) => name),
    },
    other,
  }
}
