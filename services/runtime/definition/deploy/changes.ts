import type { GeneratedColumn } from '#schemas/clickhouse/columns.ts'
import type { CompiledDefinition, CompiledFeature, CompiledSegment } from '../compiled.ts'
import { inputsOf } from '../derived/derivation.ts'
import { columnsOf } from './columns-of.ts'

type Plain = string | number | boolean | null

/** One setting of the file, as it was and as it will be; null: not set. Lists are written out. */
export interface FieldChange {
  readonly field: string
  readonly before: Plain
  readonly after: Plain
}

/**
 * What a change of a feature does to what is stored of it.
 * - `new`: nothing is known of it; it begins empty.
 * - `new_version`: another feature id, so that it begins empty; the state that there was is carried unread until the next generation.
 * - `other_events`: the same state goes on, and other events reach it from now on.
 * - `at_once`: nothing is folded otherwise; it is read otherwise, of everybody, at once.
 * - `described`: words for people alone.
 * - `removed`: its state is carried unread until the next generation.
 */
export type FeatureEffect =
  | 'new'
  | 'new_version'
  | 'other_events'
  | 'at_once'
  | 'described'
  | 'removed'

export interface FeatureChange {
  readonly name: string
  readonly effect: FeatureEffect
  /** Ids of the state before and afterwards; null: there was, or will be, none. */
  readonly idBefore: string | null
  readonly idAfter: string | null
  readonly fields: readonly FieldChange[]
}

/**
 * What a change of a segment does. `rule`: members are decided anew by it. `reads`: the rule stands, and a feature that it reads begins
 * empty or is read otherwise. `described`: owner, review date, words.
 */
export type SegmentEffect = 'new' | 'rule' | 'reads' | 'described' | 'removed'

export interface SegmentChange {
  readonly name: string
  readonly effect: SegmentEffect
  readonly fields: readonly FieldChange[]
  /** Changed features and traits that its rule reads. */
  readonly reads: readonly string[]
}

export interface TraitChange {
  readonly name: string
  readonly effect: 'new' | 'at_once' | 'described' | 'removed'
  readonly fields: readonly FieldChange[]
}

export interface ColumnChanges {
  readonly added: readonly GeneratedColumn[]
  readonly kept: readonly GeneratedColumn[]
  /** They stay in the tables, with what is written in them, and leave the views; nothing is written into them any more. */
  readonly retired: readonly GeneratedColumn[]
}

export interface DefinitionChanges {
  readonly features: readonly FeatureChange[]
  readonly traits: readonly TraitChange[]
  readonly segments: readonly SegmentChange[]
  readonly columns: ColumnChanges
  /** Other parts of the file that are not what they were: identity, consent, retention … */
  readonly other: readonly string[]
}

const featureWords: ReadonlySet<string> = new Set(['description', 'unit'])
const eventFields: ReadonlySet<string> = new Set(['events', 'where', 'include_machine'])
const segmentWords: ReadonlySet<string> = new Set([
  'description',
  'owner',
  'objective',
  'success_metric',
  'review_by',
])
const ownParts: ReadonlySet<string> = new Set(['features', 'traits', 'segments'])

/** What `next` changes of the definition in force, thing by thing; unchanged ones are left out. Pure. */
export function definitionChanges(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): DefinitionChanges {
  const features = featureChanges(before, next)
  const traits = traitChanges(before, next)
  const touched = new Set([
    ...features.filter(({ effect }) => effect !== 'described').map(({ name }) => name),
    ...traits.filter(({ effect }) => effect !== 'described').map(({ name }) => `traits.${name}`),
  ])
  for (const name of readingOf(next, touched)) touched.add(name)
  return {
    features,
    traits,
    segments: segmentChanges(before, next, touched),
    columns: columnChanges(before, next),
    other: otherParts(before, next),
  }
}

/** Features that are derived of changed ones, also at second hand. */
function readingOf(next: CompiledDefinition, changed: ReadonlySet<string>): readonly string[] {
  const reads = ({ derivation, name }: CompiledFeature): boolean =>
    changed.has(name) || (derivation !== null && inputsOf(derivation).some(reads))
  return next.features.filter(reads).map(({ name }) => name)
}

const idOf = (definition: CompiledDefinition | null, name: string): string | null =>
  definition?.featureByName.get(name)?.id ?? null

function featureChanges(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): readonly FeatureChange[] {
  const old = new Map(before?.definition.features.map((each) => [each.name, each]))
  const here = next.definition.features.flatMap((feature): FeatureChange[] => {
    const { name } = feature
    const was = old.get(name)
    const [idBefore, idAfter] = [idOf(before, name), idOf(next, name)]
    if (was === undefined)
      return [{ name, effect: 'new', idBefore, idAfter, fields: fieldChanges({}, feature) }]
    const fields = fieldChanges(was, feature)
    const isNewVersion = idBefore !== idAfter
    if (fields.length === 0 && !isNewVersion) return []
    const effect = isNewVersion ? 'new_version' : effectOf(fields, featureWords)
    return [{ name, effect, idBefore, idAfter, fields: zoneIfUnseen(fields, before, next) }]
  })
  const gone = [...old.keys()].filter((name) => !next.featureByName.has(name))
  return [
    ...here,
    ...gone.map(
      (name): FeatureChange => ({
        name,
        effect: 'removed',
        idBefore: idOf(before, name),
        idAfter: null,
        fields: [],
      }),
    ),
  ]
}

/** Days of a window are those of the file's zone: the feature itself may look the same. */
function zoneIfUnseen(
  fields: readonly FieldChange[],
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): readonly FieldChange[] {
  if (fields.length > 0 || before === null) return fields
  return [
    {
      field: 'time_zone',
      before: before.definition.time_zone,
      after: next.definition.time_zone,
    },
  ]
}

function effectOf(
  fields: readonly FieldChange[],
  words: ReadonlySet<string>,
): 'other_events' | 'at_once' | 'described' {
  if (fields.some(({ field }) => eventFields.has(field))) return 'other_events'
  return fields.every(({ field }) => words.has(field)) ? 'described' : 'at_once'
}

function traitChanges(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): readonly TraitChange[] {
  const old = new Map(before?.definition.traits.map((each) => [each.name, each]))
  const here = next.definition.traits.flatMap((trait): TraitChange[] => {
    const was = old.get(trait.name)
    if (was === undefined)
      return [{ name: trait.name, effect: 'new', fields: fieldChanges({}, trait) }]
    const fields = fieldChanges(was, trait)
    if (fields.length === 0) return []
    const effect = fields.every(({ field }) => featureWords.has(field)) ? 'described' : 'at_once'
    return [{ name: trait.name, effect, fields }]
  })
  const gone = [...old.keys()].filter((name) => !next.traitByName.has(name))
  return [...here, ...gone.map((name): TraitChange => ({ name, effect: 'removed', fields: [] }))]
}

function segmentChanges(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
  touched: ReadonlySet<string>,
): readonly SegmentChange[] {
  const old = new Map(before?.definition.segments.map((each) => [each.name, each]))
  const hashes = new Map(before?.segments.map(({ name, ruleHash }) => [name, ruleHash]))
  const compiled = new Map(next.segments.map((segment) => [segment.name, segment]))
  const here = next.definition.segments.flatMap((segment): SegmentChange[] => {
    const { name } = segment
    const was = old.get(name)
    const rule = compiled.get(name)
    const reads = rule === undefined ? [] : readsOf(rule).filter((each) => touched.has(each))
    if (was === undefined)
      return [{ name, effect: 'new', fields: fieldChanges({}, segment), reads }]
    const fields = fieldChanges(was, segment)
    if (rule !== undefined && rule.ruleHash !== hashes.get(name))
      return [{ name, effect: 'rule', fields, reads }]
    if (reads.length > 0) return [{ name, effect: 'reads', fields, reads }]
    return fields.some(({ field }) => segmentWords.has(field))
      ? [{ name, effect: 'described', fields, reads }]
      : []
  })
  const gone = [...old.keys()].filter((name) => !compiled.has(name))
  return [
    ...here,
    ...gone.map((name): SegmentChange => ({ name, effect: 'removed', fields: [], reads: [] })),
  ]
}

const readsOf = ({ readsFeatures, readsTraits }: CompiledSegment): readonly string[] => [
  ...readsFeatures,
  ...readsTraits.map((name) => `traits.${name}`),
]

function columnChanges(before: CompiledDefinition | null, next: CompiledDefinition): ColumnChanges {
  const [old, wanted] = [columnsOf(before), columnsOf(next)]
  const [oldNames, names] = [old, wanted].map((list) => new Set(list.map(({ name }) => name)))
  return {
    added: wanted.filter(({ name }) => oldNames?.has(name) !== true),
    kept: wanted.filter(({ name }) => oldNames?.has(name) === true),
    retired: old.filter(({ name }) => names?.has(name) !== true),
  }
}

function otherParts(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): readonly string[] {
  if (before === null) return []
  const [old, wanted] = [before, next].map(
    ({ definition }) => new Map<string, unknown>(Object.entries(definition)),
  )
  return [...new Set([...(old?.keys() ?? []), ...(wanted?.keys() ?? [])])]
    .filter((part) => !ownParts.has(part))
    .filter((part) => JSON.stringify(old?.get(part)) !== JSON.stringify(wanted?.get(part)))
    .toSorted()
}

function fieldChanges(before: object, after: object): readonly FieldChange[] {
  const [old, wanted] = [before, after].map(
    (each) => new Map<string, unknown>(Object.entries(each)),
  )
  return [...new Set([...(old?.keys() ?? []), ...(wanted?.keys() ?? [])])]
    .filter((field) => field !== 'name')
    .map((field) => ({ field, before: plain(old?.get(field)), after: plain(wanted?.get(field)) }))
    .filter(({ before: was, after: is }) => was !== is)
}

function plain(value: unknown): Plain {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    default:
      return value === undefined || value === null ? null : JSON.stringify(value)
  }
}
