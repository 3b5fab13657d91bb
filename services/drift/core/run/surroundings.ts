import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Label } from '../store/label.ts'
import type { Snapshot } from '../store/snapshot.ts'
import type { Change, Surroundings } from '../watch/cause.ts'
import { namesReadBy } from '../measure/reads.ts'
import { placeAndType, segmentNames, subjectKey } from '../watch/signal.ts'

/** A command that changed what flows: its time, milliseconds. */
export interface Import {
  readonly at: number
}

export interface UpstreamInput {
  readonly compiled: CompiledDefinition
  readonly current: readonly Snapshot[]
  /** Volumes of earlier windows: also of what is silent now. */
  readonly earlier: readonly Pick<Snapshot, 'subject' | 'meaning'>[]
}

export interface ChangesInput {
  /** Of what the pipeline file says of subjects. */
  readonly definitions: readonly Change[]
  readonly labels: readonly Label[]
  readonly imports: readonly Import[]
}

/** Where events of a type come from, as it was lately; and who states traits. */
function sourcesOf({ current, earlier }: UpstreamInput) {
  const byType = new Map<string, Set<string>>()
  const all = new Set<string>()
  const stating = new Set<string>()
  for (const { subject, meaning } of [...earlier, ...current]) {
    if (subject.kind !== 'volume') continue
    const { place, type } = placeAndType(subject.name)
    all.add(place)
    if (meaning !== '') stating.add(place)
    if (type !== null) byType.set(type, (byType.get(type) ?? new Set()).add(place))
  }
  return { byType, all, stating }
}

/** Stages between a record and the row of its event: what waits there has not come yet. */
const lags = (place: string): readonly string[] =>
  [place.slice(0, place.indexOf('/')), 'profiles', 'clickhouse'].map((stage) => `lag:${stage}`)

const measures = (place: string): readonly string[] => [
  ...lags(place),
  `freshness:${place}`,
  `volume:${place}`,
  `schema:${place}`,
  `machines:${place}`,
]

/** What each subject is computed from. */
export function upstreamOf(input: UpstreamInput): Surroundings['upstream'] {
  const { compiled, current } = input
  const { byType, all, stating } = sourcesOf(input)
  const letters = current
    .filter(({ subject }) => subject.kind === 'dead_letters')
    .map(({ subject }) => subjectKey(subject))
  const ofPlaces = (places: Iterable<string>): readonly string[] =>
    [...places].flatMap((place) => [
      ...measures(place),
      ...letters.filter((key) => key.endsWith(` ${place.slice(place.indexOf('/') + 1)}`)),
    ])
  const upstream = new Map<string, Set<string>>()
  const add = (key: string, above: readonly string[]): void => {
    upstream.set(key, new Set([...(upstream.get(key) ?? []), ...above]))
  }
  for (const place of all) {
    add(`freshness:${place}`, lags(place))
    add(`volume:${place}`, [...lags(place), `freshness:${place}`])
    add(`machines:${place}`, [...lags(place), `freshness:${place}`, `volume:${place}`])
  }
  for (const { subject } of current)
    if (subject.kind === 'nulls' || (subject.kind === 'volume' && subject.name.includes(' ')))
      add(subjectKey(subject), measures(placeAndType(subject.name).place))
    else if (subject.kind === 'identity' || subject.kind === 'consent')
      add(subjectKey(subject), ['lag:identity', ...ofPlaces(all)])
  for (const { name } of compiled.traits) add(`trait:${name}`, ofPlaces(stating))
  const definitions = new Map(compiled.definition.features.map((one) => [one.name, one]))
  for (const feature of compiled.features) {
    const inputs = inputsOf(feature).flatMap(({ name }) => definitions.get(name) ?? [])
    const types = inputs.flatMap(({ events }) => events)
    const places = new Set(types.flatMap((type) => [...(byType.get(type) ?? [])]))
    add(`feature:${feature.name}`, [
      ...ofPlaces(places),
      ...types.flatMap((type) => [...places].map((place) => `volume:${place} ${type}`)),
      ...inputs.flatMap((one) => nullsBelow(one, places)),
      'lag:identity',
      `consent:${feature.purpose}`,
    ])
  }
  for (const { name, readsFeatures, readsTraits, purpose } of compiled.segments) {
    const read = [
      ...readsFeatures.map((one) => `feature:${one}`),
      ...readsTraits.map((one) => `trait:${one}`),
    ]
    const above = [...read, ...read.flatMap((key) => [...(upstream.get(key) ?? [])])]
    const keys = segmentNames(name).map((one) => `segment:${one}`)
    for (const key of [...keys, `rule:${name} lets nobody in`])
      add(key, [...above, `consent:${purpose}`])
    for (const key of keys.slice(1)) add(key, keys.slice(0, 1))
    // Who left has not stayed: one fact, and one alert.
    add(`segment:${name} stayed`, [`segment:${name} exited`])
    add(`rule:${name} lets nobody in`, keys)
  }
  return upstream
}

/** Whose absence leaves a feature without a value. */
const nullsBelow = (
  feature: CompiledDefinition['definition']['features'][number],
  places: ReadonlySet<string>,
): readonly string[] =>
  namesReadBy(feature).flatMap((property) =>
    feature.events.flatMap((type) =>
      [...places].map((place) => `nulls:${place} ${type} ${property}`),
    ),
  )

/** The features that a feature is made of, itself where it is made of events. */
function inputsOf(feature: CompiledFeature): readonly CompiledFeature[] {
  const { derivation } = feature
  if (derivation === null) return [feature]
  switch (derivation.kind) {
    case 'formula':
      return derivation.inputs.flatMap(inputsOf)
    case 'shares':
      return inputsOf(derivation.ranking)
    case 'scores':
      return [derivation.recency, derivation.frequency, derivation.monetary].flatMap(inputsOf)
    default:
      return derivation satisfies never
  }
}

/** What people did to subjects. */
export function changesOf({ definitions, labels, imports }: ChangesInput): readonly Change[] {
  return [
    ...definitions,
    ...imports.map(
      ({ at }): Change => ({
        kind: 'import',
        at: epochMs(at),
        subjects: null,
        words: 'people were imported',
      }),
    ),
    // The last moment of it: what lasts explains as long as it lasts.
    ...labels.map(
      ({ kind, subjects, to, words }): Change => ({
        kind: 'label',
        at: epochMs(to),
        subjects: subjects.length === 0 ? null : new Set(subjects),
        words: `${kind}: ${words}`,
      }),
    ),
  ]
}

/** Windows in which the pipeline file came to say something else of the subject. */
export function meaningChanges(one: Snapshot, recent: readonly Snapshot[]): readonly Change[] {
  if (one.subject.kind === 'volume') return []
  const key = subjectKey(one.subject)
  const isRule = one.subject.kind === 'segment'
  const words = isRule ? 'its rule was changed' : 'its definition was changed'
  return [...recent, one].flatMap((window, place, all) => {
    const before = all[place - 1]
    return before === undefined || before.meaning === window.meaning
      ? []
      : [{ kind: 'definition' as const, at: epochMs(window.asOf), subjects: new Set([key]), words }]
  })
}
