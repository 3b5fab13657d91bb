import { compileWhere } from '../cel/event-predicate.ts'
import { isEventPath } from '../cel/path.ts'
import { type FoldedKind, isDerived } from '../feature-kinds.ts'
import { checkDerivedShape, checkNotDerived } from './check-derived.ts'
import type { FilePath } from '../findings.ts'
import type { FeatureDefinition, PipelineDefinition } from '../schema.ts'
import { durationMs } from '../schema-parts.ts'
import { checkEventType } from './check-events.ts'
import type { Report } from './report.ts'

type Field = 'half_life' | 'window' | 'value' | 'key' | 'k' | 'currency'

interface Shape {
  readonly needs: readonly Field[]
  readonly may: readonly Field[]
}

const shapes: Readonly<Record<FoldedKind, Shape>> = {
  decayed_count: { needs: ['half_life'], may: [] },
  decayed_sum: { needs: ['half_life', 'value'], may: ['currency'] },
  decayed_mean: { needs: ['half_life', 'value'], may: ['currency'] },
  decayed_topk: { needs: ['half_life', 'key'], may: ['k'] },
  count: { needs: [], may: [] },
  sum: { needs: ['value'], may: ['currency'] },
  min: { needs: ['value'], may: ['currency'] },
  max: { needs: ['value'], may: ['currency'] },
  first: { needs: ['value'], may: [] },
  last: { needs: ['value'], may: [] },
  last_seen: { needs: [], may: [] },
  distinct: { needs: ['value'], may: [] },
  window_count: { needs: ['window'], may: [] },
  window_sum: { needs: ['window', 'value'], may: ['currency'] },
  interval: { needs: [], may: [] },
  rate: { needs: [], may: ['half_life'] },
}

const optional: readonly Field[] = ['half_life', 'window', 'value', 'key', 'k', 'currency']

/** Below a minute a half-life says more of delays on the way than of people, and exit timers would crowd. */
const halfLifeMsMin = 60_000

/** Last part of a path that holds money in every vendor's words that we read. */
const money: ReadonlySet<string> = new Set([
  'total',
  'amount',
  'price',
  'revenue',
  'subtotal',
  'value_eur',
  'order_value',
  'refund',
  'discount',
  'tax',
  'shipping',
])

export function checkFeatures(definition: PipelineDefinition, report: Report): void {
  for (const [index, feature] of definition.features.entries()) {
    const path = ['features', index]
    if (isDerived(feature.kind)) {
      checkDerivedShape(feature, feature.kind, path, report)
      continue
    }
    checkNotDerived(feature, path, report)
    if (feature.events.length === 0)
      report.error('feature_shape', path, `a ${feature.kind} needs events`)
    for (const [at, type] of feature.events.entries())
      checkEventType(type, [...path, 'events', at], report)
    checkShape(feature, feature.kind, path, report)
    checkHalfLife(feature, path, report)
    checkWindow(feature, path, report)
    checkPaths(feature, path, report)
    checkMoney(feature, feature.kind, path, report)
    if (feature.where !== undefined) {
      const outcome = compileWhere(feature.where)
      if (!outcome.ok) reportRule(outcome.problem, [...path, 'where'], report)
    }
  }
}

export function reportRule(
  problem: { readonly offset: number; readonly message: string; readonly hint: string | null },
  path: FilePath,
  report: Report,
): void {
  const { message, offset, hint } = problem
  report.error('invalid_rule', path, message, { offset, hint })
}

function checkShape(
  feature: FeatureDefinition,
  kind: FoldedKind,
  path: FilePath,
  report: Report,
): void {
  const { needs, may } = shapes[kind]
  for (const field of needs)
    if (feature[field] === undefined)
      report.error('feature_shape', path, `a ${feature.kind} needs ${field}`)
  for (const field of optional)
    if (feature[field] !== undefined && !needs.includes(field) && !may.includes(field))
      report.error('feature_shape', [...path, field], `a ${feature.kind} has no use for ${field}`, {
        atKey: true,
      })
}

function checkHalfLife(feature: FeatureDefinition, path: FilePath, report: Report): void {
  if (feature.half_life !== undefined && durationMs(feature.half_life) < halfLifeMsMin)
    report.error(
      'half_life_too_short',
      [...path, 'half_life'],
      'a half-life is at least 60 seconds',
      {
        hint: 'write 1m or more',
      },
    )
}

/** More buckets than these make states, rows and timers that nobody needs: a week by the hour, a year and a month by the day. */
export const windowHoursMax = 168
export const windowDaysMax = 400

function checkWindow({ window }: FeatureDefinition, path: FilePath, report: Report): void {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(window ?? '') ?? []
  if (amount === undefined) return
  const fits =
    (unit === 'h' && Number(amount) <= windowHoursMax) ||
    (unit === 'd' && Number(amount) <= windowDaysMax)
  if (!fits)
    report.error(
      'invalid_window',
      [...path, 'window'],
      `${window} is no window: whole hours up to ${windowHoursMax}h, or whole days up to ${windowDaysMax}d`,
      { hint: unit === 'h' ? 'count in days: 30d' : 'write 24h, or 30d' },
    )
}

function checkPaths(feature: FeatureDefinition, path: FilePath, report: Report): void {
  for (const field of ['value', 'key'] as const) {
    const text = feature[field]
    if (text !== undefined && !isEventPath(text))
      report.error('invalid_path', [...path, field], `${text} is no path into an event`, {
        hint: 'write properties.total, or total; traits.x; source, channel or type',
      })
  }
}

function checkMoney(
  feature: FeatureDefinition,
  kind: FoldedKind,
  path: FilePath,
  report: Report,
): void {
  const last = feature.value?.split('.').at(-1)
  if (
    last !== undefined &&
    feature.currency === undefined &&
    money.has(last) &&
    shapes[kind].may.includes('currency')
  )
    report.error(
      'money_without_currency',
      [...path, 'value'],
      `${last} is money, and money of different currencies does not add up`,
      { hint: 'name its currency: EUR, say' },
    )
}
