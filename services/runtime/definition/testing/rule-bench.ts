// Rules over made-up readings, for tests.
import { epochMs } from '../../event/ids.ts'
import type { CompiledRule, ProfileReader, Reading } from '../compiled.ts'
import type { Step } from '../rules/steps.ts'
import { compileRule } from '../rules/compile-rule.ts'
import { ruleNames } from '../rules/names.ts'
import type { FeatureDefinition, TraitDefinition } from '../schema.ts'

const feature = (name: string, kind: FeatureDefinition['kind']): FeatureDefinition => ({
  name,
  kind,
  events: ['page_viewed'],
  include_machine: false,
  purpose: 'p',
  description: 'd',
})
const trait = (name: string, type: TraitDefinition['type']): TraitDefinition => ({
  name,
  type,
  purpose: 'p',
  third_party: false,
  description: 'd',
})

export const names = ruleNames({
  features: [
    feature('activity', 'decayed_count'),
    feature('spending', 'decayed_sum'),
    feature('orders', 'count'),
    feature('largest', 'max'),
    feature('origin', 'first'),
    feature('last_order', 'last_seen'),
    feature('last_visit', 'last_seen'),
    feature('interests', 'decayed_topk'),
    feature('orders_lately', 'window_count'),
    feature('spent_lately', 'window_sum'),
    feature('pace', 'rate'),
  ],
  traits: [trait('country', 'string'), trait('vip', 'boolean'), trait('age_years', 'number')],
})

export const start = 1_780_000_000_000
export const hour = 3_600_000
export const day = 24 * hour

export function rule(source: string): CompiledRule {
  const outcome = compileRule(names, source)
  if (!outcome.ok) throw new Error(`${source}: ${outcome.problem.message}`)
  return outcome.value
}

export function problem(source: string): { offset: number; message: string; hint: string | null } {
  const outcome = compileRule(names, source)
  if (outcome.ok) throw new Error(`${source} compiles`)
  return outcome.problem
}

/** From each moment on another value. */
export const steps = (
  pairs: readonly (readonly [from: number, value: number])[],
  staleAt?: number,
): Reading => ({
  kind: 'steps',
  steps: pairs.map(([from, value]): Step => ({ from: epochMs(from), value, decimal: null })),
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})

/** So many events since a moment. */
export const paced = (events: number, firstAt: number, staleAt?: number): Reading => ({
  kind: 'rate',
  events,
  firstAt: epochMs(firstAt),
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})

export const absent: Reading = { kind: 'absent' }

export function profile(readings: Readonly<Record<string, Reading>>): ProfileReader {
  return {
    feature: (name) => readings[name] ?? absent,
    trait: (name) => readings[`traits.${name}`] ?? absent,
  }
}

export const constant = (value: string | number | boolean, staleAt?: number): Reading => ({
  kind: 'constant',
  value,
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})
export const decayed = (valueAtRef: number, halfLifeMs: number, refTime = start): Reading => ({
  kind: 'decayed',
  valueAtRef,
  refTime: epochMs(refTime),
  halfLifeMs,
  staleAt: null,
})
export const instant = (at: number, staleAt?: number): Reading => ({
  kind: 'instant',
  at: epochMs(at),
  staleAt: staleAt === undefined ? null : epochMs(staleAt),
})
export const ranked = (...keys: string[]): Reading => ({ kind: 'ranked', keys, staleAt: null })
