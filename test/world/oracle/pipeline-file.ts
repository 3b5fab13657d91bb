// Reads what the oracle needs of a pipeline file, without the product's own reader.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { LedgerEntry } from '../ledger.ts'
import type { StatedFeature } from './features.ts'

export interface StatedPipeline {
  readonly priority: readonly string[]
  readonly features: readonly (StatedFeature & { readonly purpose: string })[]
  /** Source (its name in the file) → purposes for which it states a basis. */
  readonly basisOf: ReadonlyMap<string, ReadonlySet<string>>
}

const fileSchema = z.looseObject({
  time_zone: z.string().default('UTC'),
  identity: z.looseObject({ priority: z.array(z.string()).optional() }).optional(),
  sources: z.array(
    z.looseObject({
      source: z.string(),
      name: z.string().optional(),
      map: z.looseObject({ source: z.string().optional() }).optional(),
      basis: z.record(z.string(), z.string()).default({}),
    }),
  ),
  features: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      events: z.array(z.string()).default([]),
      purpose: z.string(),
      where: z.string().optional(),
      value: z.string().nullable().default(null),
      key: z.string().nullable().default(null),
      half_life: z.string().optional(),
      window: z.string().optional(),
      numerator: z.string().optional(),
      denominator: z.string().optional(),
      of: z.string().optional(),
      recency: z.string().optional(),
      frequency: z.string().optional(),
      monetary: z.string().optional(),
      k: z.number().default(10),
      currency: z.string().nullable().default(null),
      include_machine: z.boolean().default(false),
    }),
  ),
})

const unitMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }
const durationMs = (text: string | undefined): number | null =>
  text === undefined ? null : Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] ?? Number.NaN)

const readingFields = [
  'numerator',
  'denominator',
  'of',
  'recency',
  'frequency',
  'monetary',
] as const

const derivedOf = (
  feature: {
    readonly [F in (typeof readingFields)[number]]?: string | undefined
  },
): StatedFeature['derivedOf'] =>
  Object.fromEntries(
    readingFields.flatMap((field) => {
      const name = feature[field]
      return name === undefined ? [] : [[field, name]]
    }),
  )

const windowOf = (text: string | undefined): StatedFeature['window'] =>
  text === undefined
    ? null
    : { unit: text.endsWith('h') ? 'hour' : 'day', buckets: Number(text.slice(0, -1)) }

/** `compileWhere` turns a CEL condition into a predicate: a library's evaluator, not the product's. */
export function readStatedPipeline(
  file: string,
  compileWhere: (cel: string) => (entry: LedgerEntry) => boolean,
): StatedPipeline {
  const content = fileSchema.parse(parse(readFileSync(file, 'utf8'), { merge: true }))
  const basisOf = new Map<string, Set<string>>()
  for (const source of content.sources) {
    const name = source.name ?? source.map?.source ?? source.source
    basisOf.set(name, new Set([...(basisOf.get(name) ?? []), ...Object.keys(source.basis)]))
  }
  return {
    priority: content.identity?.priority ?? ['crm_id', 'user_id', 'email', 'phone', 'anonymous_id'],
    basisOf,
    features: content.features.map((feature) => ({
      name: feature.name,
      kind: feature.kind,
      events: feature.events,
      purpose: feature.purpose,
      where: feature.where === undefined ? null : compileWhere(feature.where),
      value: feature.value,
      key: feature.key,
      halfLifeMs: durationMs(feature.half_life),
      window: windowOf(feature.window),
      derivedOf: derivedOf(feature),
      timeZone: content.time_zone,
      k: feature.k,
      currency: feature.currency,
      includeMachine: feature.include_machine,
    })),
  }
}

/** Whether a purpose is given by what a person's events say: the newest answer counts, a tie denies, a source's basis fills silence. */
export function isGiven(
  purpose: string,
  entries: readonly LedgerEntry[],
  pipeline: StatedPipeline,
): boolean {
  const answers = entries.flatMap((entry) =>
    entry.consent[purpose] === undefined
      ? []
      : [{ at: entry.at, granted: entry.consent[purpose] === 'granted' }],
  )
  const newest = Math.max(...answers.map((answer) => answer.at))
  if (answers.length > 0)
    return answers.filter((answer) => answer.at === newest).every((answer) => answer.granted)
  return entries.some(
    (entry) => pipeline.basisOf.get(entry.configuredSource)?.has(purpose) ?? false,
  )
}
