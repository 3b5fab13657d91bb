import { z } from 'zod'
import { askedLater, type Expected, type StatedFeature } from '../oracle/features.ts'

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

const shares = z.array(
  z.union([
    z.tuple([z.string(), z.number()]),
    z
      .object({ key: z.string(), share: z.number() })
      .transform(({ key, share }): [string, number] => [key, share]),
  ]),
)

const steps = z.array(
  z.union([
    z.tuple([z.string(), z.coerce.number()]),
    z
      .object({ from: z.string(), value: z.coerce.number() })
      .transform(({ from, value }): [string, number] => [from, value]),
  ]),
)

/**
 * A feature's value as a row of `profiles` holds it, in the oracle's form: numbers, times in milliseconds, ranked pairs. `newestAt`: the newest event that it
 * reads, by the oracle.
 */
export function storedFeature(
  row: Readonly<Record<string, unknown>>,
  feature: StatedFeature,
  newestAt: number | null,
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
    case 'affinity': {
      const pairs = shares.parse(value ?? [])
      return pairs.length === 0 ? null : pairs
    }
    case 'window_count':
    case 'window_sum':
    case 'rfm': {
      const pairs = steps.parse(value ?? [])
      return pairs.length === 0 || newestAt === null
        ? null
        : askedLater.map((ms) => [
            String(ms),
            pairs.findLast(([from]) => Date.parse(from) <= newestAt + ms)?.[1] ?? 0,
          ])
    }
    case 'rate': {
      const firstAt = text.parse(row[`f_${feature.name}_first_at`]) ?? null
      const events = numeric.parse(value) ?? null
      if (firstAt === null) return events
      return events === null || newestAt === null
        ? null
        : askedLater.map((ms) => [
            String(ms),
            events / Math.max(1, (newestAt + ms - Date.parse(firstAt)) / 86_400_000),
          ])
    }
    default:
      return value === null || value === undefined ? null : (numeric.parse(value) ?? null)
  }
}
