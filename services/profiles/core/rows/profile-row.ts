import type {
  CompiledDefinition,
  CompiledFeature,
  CompiledTrait,
} from '#runtime/definition/compiled.ts'
import type { EpochMs, ProfileId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import {
  featureColumn,
  firstAtColumn,
  halfLifeColumn,
  refTimeColumn,
  traitColumn,
} from '#schemas/clickhouse/columns.ts'
import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { createGate } from '../consent/gate.ts'
import type { Summed } from '../content/sum-contents.ts'
import type { FeatureValue } from '../features/algebra.ts'
import { readKnown } from '../features/read-known.ts'
import { resolveTrait } from '../traits/resolve-trait.ts'

export interface ProfileRowInput {
  readonly profile: ProfileId
  readonly version: string
  /** The fold's clock. */
  readonly at: EpochMs
  readonly definition: CompiledDefinition
  /** Fragment ids, in a fixed order. */
  readonly members: readonly string[]
  readonly summed: Summed
}

interface FeatureColumns {
  readonly feature: CompiledFeature
  readonly value: string
  /** Only where columns.ts generates them. */
  readonly refTime: string | null
  readonly halfLife: string | null
  readonly firstAt: string | null
  /** What stands there when there is nothing to say. */
  readonly absent: null | readonly []
}

interface Layout {
  readonly features: readonly FeatureColumns[]
  readonly traits: readonly { readonly trait: CompiledTrait; readonly column: string }[]
  /** Every column, with nothing to say. Rows are copies of it: one shape for all, not fifty steps to it per row. */
  readonly empty: ProfileRow
}

const layouts = new WeakMap<CompiledDefinition, Layout>()

/** Column names of a definition, made once. */
function layoutOf(definition: CompiledDefinition): Layout {
  let layout = layouts.get(definition)
  if (layout === undefined) {
    const traits = definition.traits.map((trait) => ({ trait, column: traitColumn(trait.name) }))
    const features = definition.features.map(columnsOf)
    layout = { features, traits, empty: emptyOf({ features, traits }) }
    layouts.set(definition, layout)
  }
  return layout
}

function columnsOf(feature: CompiledFeature): FeatureColumns {
  const { name, shape } = feature
  const decayed = shape === 'decayed' || shape === 'ranked'
  const isList = shape === 'ranked' || shape === 'shares' || shape === 'steps'
  return {
    feature,
    value: featureColumn(name),
    refTime: decayed ? refTimeColumn(name) : null,
    halfLife: decayed ? halfLifeColumn(name) : null,
    firstAt: shape === 'rate' ? firstAtColumn(name) : null,
    absent: isList ? [] : null,
  }
}

/** A feature as its column takes it; decayed values as they stand at their reference time. */
function cell(value: FeatureValue, feature: CompiledFeature): unknown {
  switch (value.kind) {
    case 'plain':
      return feature.kind === 'first' || feature.kind === 'last' ? String(value.value) : value.value
    case 'decayed':
      return value.valueAtRef
    case 'money':
      return value.decimal
    case 'instant':
      return toIso(value.at)
    case 'ranked':
    case 'shares':
      return value.entries
    case 'steps':
      return value.steps.map(({ from, value: number, decimal }) => [toIso(from), decimal ?? number])
    case 'rate':
      return value.events
    case 'out_of_range':
    case 'none':
      return null
    default:
      return value satisfies never
  }
}

type DeletedRowInput = Pick<ProfileRowInput, 'profile' | 'version' | 'at' | 'definition'>

/** The row that takes a profile away. A tombstone stays in the table, so nothing of the person is in it. */
export const deletedProfileRow = (input: DeletedRowInput): ProfileRow => emptyRow(input, 1)

function emptyOf({ features, traits }: Omit<Layout, 'empty'>): ProfileRow {
  const cells = [
    ...features.flatMap(({ value, refTime, halfLife, firstAt, absent }): [string, unknown][] => [
      [value, absent],
      ...(refTime === null ? [] : [[refTime, null] as [string, null]]),
      ...(halfLife === null ? [] : [[halfLife, null] as [string, null]]),
      ...(firstAt === null ? [] : [[firstAt, null] as [string, null]]),
    ]),
    ...traits.map(({ column }): [string, null] => [column, null]),
  ]
  const fixed: ProfileRow = {
    profile_id: '',
    version: '',
    deleted: 0,
    updated_at: '',
    first_seen: null,
    last_seen: null,
    events: 0,
    members: [],
    definition: 0,
    consent: {},
    trait_provenance: {},
  }
  return { ...fixed, ...Object.fromEntries(cells) }
}

function emptyRow(
  { profile, version, at, definition }: DeletedRowInput,
  deleted: 0 | 1,
): ProfileRow {
  const row = { ...layoutOf(definition).empty }
  row.profile_id = profile
  row.version = version
  row.deleted = deleted
  row.updated_at = toIso(at)
  row.definition = definition.version
  return row
}

/** The row of a profile as it stands; what has no consent is null. Decayed values are those of their reference time. */
export function profileRow(input: ProfileRowInput): ProfileRow {
  const { at, definition, members, summed: content } = input
  const gate = createGate(content.consent)
  const row = emptyRow(input, 0)
  row.members = members
  const consent: Record<string, string> = {}
  for (const name of definition.purposes) consent[name] = gate.state(name)
  row.consent = consent
  if (content.seen !== null) {
    row.first_seen = toIso(content.seen.firstAt)
    row.last_seen = toIso(content.seen.lastAt)
    row.events = content.seen.events
  }
  const layout = layoutOf(definition)
  for (const { feature, value, refTime, halfLife, firstAt } of layout.features) {
    const known = readKnown(feature, content, gate)
    if (known.kind !== 'known') continue
    row[value] = cell(known.value, feature)
    if (refTime !== null) row[refTime] = toIso(known.refAt)
    if (halfLife !== null) row[halfLife] = feature.halfLifeMs
    if (firstAt !== null && known.value.kind === 'rate') row[firstAt] = toIso(known.value.firstAt)
  }
  const provenance: Record<string, readonly [string, string, string, string]> = {}
  for (const { trait, column } of layout.traits) {
    const candidates = content.traits.get(trait.name)
    if (candidates === undefined || !gate.given(trait.purpose)) continue
    const best = resolveTrait(candidates, trait, definition, at)?.candidate
    if (best === undefined) continue
    row[column] = best.value
    provenance[trait.name] = [best.source, best.kind, best.party, toIso(best.at)]
  }
  row.trait_provenance = provenance
  return row
}
