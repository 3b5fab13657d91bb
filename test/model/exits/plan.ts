import type { Random } from '../random.ts'

// What a history is about: features with parameters of chance, rules over them, and what happened. Plain data; it knows nothing of production.

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
/** A year begins in winter and has both changes of the clocks. */
export const yearStart = Date.UTC(2026, 0, 3, 7, 13, 21, 417)
export const yearEnd = yearStart + 365 * day

export type FeatureName =
  | 'activity'
  | 'spending'
  | 'orders'
  | 'visits'
  | 'spent'
  | 'pace'
  | 'late_pace'
  /** spent / visits */
  | 'per_visit'
  /** Of last_visit, visits and spent. */
  | 'standing'
  | 'last_visit'
  | 'last_order'

export interface PlannedFeature {
  readonly name: FeatureName
  /** Of the decayed ones. */
  readonly halfLifeMs: number
  /** Of windows: so many whole hours, or days of the zone. */
  readonly window: { readonly unit: 'h' | 'd'; readonly buckets: number }
  readonly maxAgeMs: number | null
}

export type Op = '>' | '>=' | '<' | '<='

/** A rule as a tree: printed as CEL for production, evaluated as it stands by the oracle. */
export type Rule =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Rule[] }
  | { readonly kind: 'not'; readonly of: Rule }
  | { readonly kind: 'choice'; readonly test: Rule; readonly yes: Rule; readonly no: Rule }
  | {
      readonly kind: 'number'
      readonly of: FeatureName
      readonly op: Op
      readonly than: number
      readonly times: number
      readonly plus: number
    }
  | { readonly kind: 'equals'; readonly of: 'orders' | 'visits'; readonly value: number }
  | {
      readonly kind: 'age'
      readonly of: 'last_visit' | 'last_order'
      readonly op: Op
      readonly thanMs: number
    }
  | { readonly kind: 'has'; readonly of: FeatureName | 'traits.tier' | 'traits.score' }
  | { readonly kind: 'rfm'; readonly value: string }
  | { readonly kind: 'tier'; readonly among: readonly string[] }
  | { readonly kind: 'score'; readonly op: Op; readonly than: number }
  | { readonly kind: 'clock'; readonly op: Op; readonly than: number }

export interface PlannedSegment {
  readonly name: string
  readonly enter: Rule
  readonly exit: Rule | null
  readonly minStayMs: number | null
  readonly group: string | null
  readonly priority: number
}

export interface Happening {
  readonly id: string
  readonly type: 'page_viewed' | 'order_completed'
  readonly at: number
  readonly receivedAt: number
  readonly total: number | null
  readonly traits: { readonly tier?: string; readonly score?: number }
}

export interface Plan {
  readonly zone: string
  readonly features: readonly PlannedFeature[]
  readonly tierMaxAgeMs: number | null
  readonly scoreMaxAgeMs: number | null
  readonly segments: readonly PlannedSegment[]
  /** In order of receipt. */
  readonly happenings: readonly Happening[]
}

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
const tiers = ['bronze', 'silver', 'gold']
const ops: readonly Op[] = ['>', '>=', '<', '<=']
/** Numbers that a value meets exactly now and then, and such as it never does. */
const thresholds = [0.25, 0.5, 1, 1.5, 2, 3, 5, 0.3137, 0.77, 1.913, 4.2]
const spansMs = [
  minute,
  30 * minute,
  4 * hour,
  17 * hour,
  day,
  3 * day,
  14 * day,
  30 * day,
  90 * day,
]

/** Whole seconds: what the pipeline file can say. */
const seconds = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000)

export function makePlan(random: Random): Plan {
  const maxAge = (): number | null => (random.chance(0.25) ? random.pick(spansMs.slice(3)) : null)
  const features = (
    [
      'activity',
      'spending',
      'orders',
      'visits',
      'spent',
      'pace',
      'late_pace',
      'per_visit',
      'standing',
      'last_visit',
      'last_order',
    ] as const
  ).map(
    (name): PlannedFeature => ({
      name,
      halfLifeMs: random.pick([
        hour,
        5 * hour,
        day,
        3 * day,
        14 * day,
        60 * day,
        seconds(random.next() * 40 * day + hour),
      ]),
      window: random.pick([
        { unit: 'h', buckets: 1 + random.below(48) },
        { unit: 'd', buckets: 1 + random.below(30) },
      ]),
      maxAgeMs: maxAge(),
    }),
  )
  return {
    zone: random.pick(zones),
    features,
    tierMaxAgeMs: maxAge(),
    scoreMaxAgeMs: maxAge(),
    segments: makeSegments(random),
    happenings: makeHappenings(random),
  }
}

function makeSegments(random: Random): readonly PlannedSegment[] {
  const grouped = random.chance(0.6)
  return Array.from({ length: 1 + random.below(4) }, (_, index): PlannedSegment => {
    const hasExit = random.chance(0.5)
    const enter = makeRule(random, 2)
    return {
      name: `segment_${index}`,
      enter,
      exit: hasExit ? (random.chance(0.5) ? band(enter) : makeRule(random, 2)) : null,
      minStayMs: random.chance(0.4) ? random.pick(spansMs) : null,
      group: grouped && random.chance(0.7) ? 'only_one' : null,
      priority: random.below(4),
    }
  })
}

/** A hysteresis: out only when every part is well beyond where it let somebody in. */
function band(enter: Rule): Rule {
  switch (enter.kind) {
    case 'number': {
      const out = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' } as const
      const factor = enter.op === '>' || enter.op === '>=' ? 0.6 : 1.7
      return { ...enter, op: out[enter.op], than: Number((enter.than * factor).toFixed(4)) }
    }
    case 'and':
      return { kind: 'or', parts: enter.parts.map(band) }
    case 'or':
      return { kind: 'and', parts: enter.parts.map(band) }
    case 'not':
      return enter.of
    case 'choice':
    case 'equals':
    case 'age':
    case 'has':
    case 'rfm':
    case 'tier':
    case 'score':
    case 'clock':
      return { kind: 'not', of: enter }
    default:
      return enter satisfies never
  }
}

function makeRule(random: Random, depth: number): Rule {
  if (depth > 0 && random.chance(0.65)) {
    const inner = (): Rule => makeRule(random, depth - 1)
    switch (random.below(7)) {
      case 0:
        return { kind: 'not', of: inner() }
      case 1:
        return { kind: 'choice', test: inner(), yes: inner(), no: inner() }
      case 2:
      case 3:
        return { kind: 'or', parts: [inner(), inner()] }
      case 4:
        return { kind: 'and', parts: [inner(), inner(), inner()] }
      default:
        return { kind: 'and', parts: [inner(), inner()] }
    }
  }
  const op = random.pick(ops)
  switch (random.below(11)) {
    case 10:
      return { kind: 'rfm', value: random.pick(['5', '4', '51', '41', '521', '1', '511']) }
    case 0:
    case 1:
    case 2: {
      const times = random.chance(0.2) ? random.pick([2, -1, 0.5]) : 1
      const plus = random.chance(0.2) ? random.pick([1, -0.75]) : 0
      const than = Number((random.pick(thresholds) * times + plus).toFixed(6))
      return {
        kind: 'number',
        of: random.pick(['activity', 'activity', 'spending', 'pace', 'late_pace']),
        op,
        than,
        times,
        plus,
      }
    }
    case 3:
    case 4:
      return {
        kind: 'number',
        of: random.pick(['visits', 'spent', 'orders', 'per_visit']),
        op,
        than: random.pick([0, 1, 2, 3, 25, 60]),
        times: 1,
        plus: 0,
      }
    case 5:
      return { kind: 'equals', of: random.pick(['orders', 'visits']), value: random.below(4) }
    case 6:
    case 7:
      return {
        kind: 'age',
        of: random.pick(['last_visit', 'last_order']),
        op,
        thanMs: random.pick(spansMs),
      }
    case 8:
      return random.chance(0.5)
        ? {
            kind: 'has',
            of: random.pick([
              'last_visit',
              'activity',
              'orders',
              'visits',
              'per_visit',
              'traits.tier',
              'traits.score',
            ]),
          }
        : { kind: 'clock', op, than: yearStart + Math.floor(random.next() * 365) * day }
    default:
      return random.chance(0.5)
        ? { kind: 'tier', among: random.chance(0.5) ? [random.pick(tiers)] : ['gold', 'silver'] }
        : { kind: 'score', op, than: random.below(5) }
  }
}

/** Sparse, in bursts, sometimes late: weeks of silence are what exits in time are about. */
function makeHappenings(random: Random): readonly Happening[] {
  const found: Happening[] = []
  let at = yearStart + random.below(20 * day)
  while (found.length < 30) {
    const burst = random.chance(0.5)
    at += Math.floor(-Math.log(1 - random.next()) * (burst ? 20 * minute : 15 * day)) + 1
    if (at > yearEnd) break
    const isLate = random.chance(0.15)
    const traits: { tier?: string; score?: number } = {}
    if (random.chance(0.3)) traits.tier = random.pick(tiers)
    if (random.chance(0.3)) traits.score = random.below(6)
    const isOrder = random.chance(0.35)
    found.push({
      id: `e${found.length}`,
      type: isOrder ? 'order_completed' : 'page_viewed',
      at,
      receivedAt: at + (isLate ? random.below(5 * day) : random.below(3)),
      total: isOrder ? random.pick([0.3, 1, 2.5, 20, 60]) : null,
      traits,
    })
  }
  return found
    .filter(({ receivedAt }) => receivedAt <= yearEnd)
    .toSorted((a, b) => a.receivedAt - b.receivedAt)
}
