import type { Act, ActKind } from '../world/acts.ts'
import { dayMs } from './people-days.ts'

/**
 * Features as the product has them, of many people at once: a decayed count or sum is (value, time), a window is one count per day. Written apart from
 * services/, as plain arrays, since a year of ten thousand people has no need of a log.
 */
export interface Feature {
  readonly name: string
  readonly kind: 'decayed_count' | 'decayed_sum' | 'window_count'
  readonly acts: readonly ActKind[]
  /** Half-life or length of the window, in days. */
  readonly days: number
}

const families: readonly (readonly [name: string, acts: readonly ActKind[]])[] = [
  ['visits', ['page', 'product', 'search', 'cart']],
  ['products', ['product']],
  ['carts', ['add', 'cart', 'checkout']],
  ['searches', ['search']],
  ['orders', ['order', 'till_order', 'envelope_order']],
  ['mail', ['mail_open', 'mail_click']],
  ['clicks', ['mail_click']],
]

/** Fifty of them. */
export const features: readonly Feature[] = [
  ...families.flatMap(([name, acts]) =>
    [3, 7, 14, 30].map(
      (days): Feature => ({ name: `${name}_decayed_${days}d`, kind: 'decayed_count', acts, days }),
    ),
  ),
  ...families.flatMap(([name, acts]) =>
    [7, 30].map(
      (days): Feature => ({ name: `${name}_in_${days}d`, kind: 'window_count', acts, days }),
    ),
  ),
  ...[3, 7, 14, 21, 30, 45, 60, 90].map(
    (days): Feature => ({
      name: `spending_decayed_${days}d`,
      kind: 'decayed_sum',
      acts: ['order', 'till_order', 'envelope_order'],
      days,
    }),
  ),
]

/** All features of all people; times are days since the start. */
export interface People {
  add(acts: readonly Act[]): void
  /** One feature of everybody as of a time in days, not rounded. */
  values(feature: number, day: number): Float64Array
}

export function createPeople(people: number): People {
  const states = features.map((feature) =>
    feature.kind === 'window_count' ? windowOf(people, feature.days) : decayedOf(people, feature),
  )
  const byAct = new Map<ActKind, number[]>()
  for (const [index, { acts }] of features.entries())
    for (const act of acts) byAct.set(act, [...(byAct.get(act) ?? []), index])
  return {
    add(acts) {
      for (const act of acts)
        for (const index of byAct.get(act.kind) ?? [])
          states[index]?.add(act.person.index, act.at / dayMs, act.total)
    },
    values: (feature, day) => states[feature]?.values(day) ?? new Float64Array(people),
  }
}

interface FeatureState {
  add(person: number, day: number, amount: number): void
  values(day: number): Float64Array
}

function decayedOf(people: number, { kind, days: halfLife }: Feature): FeatureState {
  const [sums, times] = [new Float64Array(people), new Float64Array(people)]
  const at = (person: number, day: number): number =>
    (sums[person] ?? 0) * 2 ** (((times[person] ?? 0) - day) / halfLife)
  return {
    add(person, day, amount) {
      // Within a day acts come in no order: weights are moved to the later time either way.
      const later = Math.max(day, times[person] ?? 0)
      const added = (kind === 'decayed_sum' ? amount : 1) * 2 ** ((day - later) / halfLife)
      sums[person] = at(person, later) + added
      times[person] = later
    },
    values: (day) => sums.map((_, person) => at(person, day)),
  }
}

function windowOf(people: number, days: number): FeatureState {
  const counts = Array.from({ length: days }, () => new Float64Array(people))
  const bucketDays = new Int32Array(days).fill(-1)
  return {
    add(person, day) {
      const bucket = Math.floor(day) % days
      if (bucketDays[bucket] !== Math.floor(day)) {
        bucketDays[bucket] = Math.floor(day)
        counts[bucket]?.fill(0)
      }
      const column = counts[bucket]
      if (column !== undefined) column[person] = (column[person] ?? 0) + 1
    },
    values(day) {
      const total = new Float64Array(people)
      for (const [bucket, column] of counts.entries())
        if ((bucketDays[bucket] ?? -1) > day - days - 1 && (bucketDays[bucket] ?? -1) >= 0)
          for (const [person, count] of column.entries())
            total[person] = (total[person] ?? 0) + count
      return total
    },
  }
}
