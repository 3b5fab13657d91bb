import { z } from 'zod'
import type { Expected, StatedFeature } from '../oracle/features.ts'

const numeric = z.coerce.number().nullish()
const text = z.string().nullish()
/** Tuples come as objects with named fields or as pairs, by the format's settings. */
const ranked = z.array(
  z.union([
    z.tuple([z.string(), z.number()]),
    z
      .object({ key: z.string(), weight: z.number() })
      .transform(({ key, weight }): [string, number] => [key, weight]),
  ]),
)

/** A feature's value as a row of `profiles` holds it, in the oracle's form: numbers, times in milliseconds, ranked pairs. */
export function storedFeature(
  row: Readonly<Record<string, unknown>>,
  feature: StatedFeature,
): Expected {
  const value = row[`f_${feature.name}`]
  switch (feature.kind) {
    case 'first':
    case 'last':
      return text.parse(value) ?? null
    case 'last_seen': {
      const time = text.parse(value)
      return time === null || time === undefined ? null : Date.parse(time)
    }
    case 'decayed_topk': {
      const pairs = ranked.parse(value ?? [])
      return pairs.length === 0 ? null : pairs
    }
    default:
      return value === null || value === undefined ? null : (numeric.parse(value) ?? null)
  }
}
