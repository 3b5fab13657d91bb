import { createHash } from 'node:crypto'
import type { RoutedEvent } from '../event/event.ts'
import type { FeatureId } from '../event/ids.ts'
import { type CalendarWindow, calendarWindow } from '../time/calendar-window.ts'
import type { EventPredicate } from './cel/event-predicate.ts'
import { compileWhere } from './cel/event-predicate.ts'
import { compileEventPath, type EventAccessor, parseEventPath } from './cel/path.ts'
import type { CompiledFeature } from './compiled.ts'
import { type Analysed, analyseFeatures } from './derived/analyse.ts'
import { compileDerivation } from './derived/derivation.ts'
import { defaultK, isDerived } from './feature-kinds.ts'
import type { FeatureDefinition } from './schema.ts'
import { durationMs } from './schema-parts.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand is given here, nowhere else
const asFeatureId = (value: string): FeatureId => value as FeatureId

/** Short, stable hash of plain data whose keys are given in order. */
export const shortHash = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 10)

/**
 * Name + '@' + hash of what makes two states of the feature mergeable. What an event must be like (`events`, `where`) is not in it:
 * such a change has a date and goes on with the same state.
 */
export function featureId(feature: FeatureDefinition, timeZone: string): FeatureId {
  const hash = shortHash([
    feature.kind,
    feature.half_life === undefined ? null : durationMs(feature.half_life),
    feature.kind === 'decayed_topk' ? (feature.k ?? defaultK) : null,
    canonicalPath(feature.key),
    canonicalPath(feature.value),
    feature.currency ?? null,
    ...windowParts(windowIn(feature, timeZone)),
  ])
  return asFeatureId(`${feature.name}@${hash}`)
}

/** Buckets of another zone's days are other buckets; hours are the same everywhere. */
const windowParts = (window: CalendarWindow | null): readonly unknown[] =>
  window === null ? [] : [window.unit, window.buckets, window.zone]

/** `30d` are thirty days of the file's time zone, `24h` twenty-four hours; null: no window, or one that the validator refuses. */
export function windowIn(
  { window }: Pick<FeatureDefinition, 'window'>,
  timeZone: string,
): CalendarWindow | null {
  const [, amount, unit] = /^(\d+)([hd])$/.exec(window ?? '') ?? []
  if (amount === undefined) return null
  return calendarWindow(unit === 'h' ? 'hour' : 'day', Number(amount), timeZone)
}

function canonicalPath(path: string | undefined): string | null {
  if (path === undefined) return null
  const { root, names } = parseEventPath(path)
  return [root, ...names].join('.')
}

const nothing: EventAccessor = () => null
const one: EventAccessor = () => 1
const always: EventPredicate = () => true

const currencyOf = compileEventPath(parseEventPath('properties.currency'))

/** Money without a currency, or of another one, is no value: adding dollars to euros would be worse than a gap. */
const moneyOnly =
  (value: EventAccessor, currency: string): EventAccessor =>
  (event) =>
    currencyOf(event) === currency ? value(event) : null

const asNumber =
  (value: EventAccessor): EventAccessor =>
  (event) => {
    const found = value(event)
    return typeof found === 'number' ? found : null
  }

const numericKinds: ReadonlySet<string> = new Set([
  'decayed_sum',
  'decayed_mean',
  'sum',
  'min',
  'max',
  'window_sum',
])

function valueAccessor(feature: FeatureDefinition): EventAccessor {
  // A ranking without a value counts; with one, an event that lacks it says nothing.
  if (feature.value === undefined) return feature.kind === 'decayed_topk' ? one : nothing
  const plain = compileEventPath(parseEventPath(feature.value))
  const typed = numericKinds.has(feature.kind) ? asNumber(plain) : plain
  return feature.currency === undefined ? typed : moneyOnly(typed, feature.currency)
}

function keyAccessor(feature: FeatureDefinition): (event: RoutedEvent) => string | null {
  if (feature.key === undefined) return () => null
  const key = compileEventPath(parseEventPath(feature.key))
  return (event) => {
    const found = key(event)
    return found === null || found === '' ? null : String(found)
  }
}

function whereOf(feature: FeatureDefinition): EventPredicate {
  if (feature.where === undefined) return always
  const outcome = compileWhere(feature.where)
  if (!outcome.ok) throw new RangeError(`feature ${feature.name}: ${outcome.problem.message}`)
  return outcome.value.accepts
}

/**
 * All features in the file's order, those that others are derived of compiled first.
 * @throws RangeError when one is invalid, which `parsePipeline` has ruled out.
 */
export function compileFeatures(
  features: readonly FeatureDefinition[],
  timeZone: string,
): readonly CompiledFeature[] {
  const analysed = analyseFeatures(features)
  const done = new Map<string, CompiledFeature>()
  function compiled(name: string): CompiledFeature {
    const known = done.get(name)
    if (known !== undefined) return known
    const read = analysed.get(name)
    const [problem] = read?.problems ?? []
    if (read === undefined || problem !== undefined)
      throw new RangeError(`feature ${name}: ${problem?.message ?? 'is none'}`)
    const feature = compileFeature(read, timeZone, compiled)
    done.set(name, feature)
    return feature
  }
  return features.map(({ name }) => compiled(name))
}

function compileFeature(
  read: Analysed,
  timeZone: string,
  compiled: (name: string) => CompiledFeature,
): CompiledFeature {
  const { feature, halfLifeMs, kind, shape } = read
  const types: ReadonlySet<string> = new Set(feature.events)
  const where = whereOf(feature)
  const machines = feature.include_machine
  return {
    id: featureId(feature, timeZone),
    name: feature.name,
    kind,
    shape,
    purpose: feature.purpose,
    description: feature.description,
    unit: feature.unit ?? null,
    halfLifeMs,
    window: windowIn(feature, timeZone),
    derivation: isDerived(kind) ? compileDerivation(read, compiled) : null,
    k: kind === 'decayed_topk' ? (feature.k ?? defaultK) : null,
    currency: feature.currency ?? null,
    maxAgeMs: feature.max_age === undefined ? null : durationMs(feature.max_age),
    accepts: (event) =>
      types.has(event.type) && (machines || event.machine === null) && where(event),
    value: valueAccessor(feature),
    key: keyAccessor(feature),
  }
}
