import { day, type Happening, hour, type Plan, type PlannedSegment, type Rule } from './plan.ts'

// The oracle: what the rules say at a moment, from what had been received by then, added up anew each time. It imports nothing of production and knows no
// crossings: when a verdict changes it finds by looking again and again.

type Verdict = boolean | 'unknown'
type Value = number | string | undefined

export interface NaiveTransition {
  readonly segment: string
  readonly at: number
  readonly to: 'entered' | 'exited'
  readonly cause: 'event' | 'timer'
}

/** Rules see 12 significant digits. */
const seen = (value: number): number => Number(value.toPrecision(12))

const compare = (op: string, a: number, b: number): boolean => {
  if (op === '>') return a > b
  if (op === '>=') return a >= b
  return op === '<' ? a < b : a <= b
}

const fading = (
  list: readonly Happening[],
  halfLife: number,
  at: number,
  value: (one: Happening) => number,
): number =>
  list.reduce((sum, one) => sum + value(one) * 2 ** (-Math.max(0, at - one.at) / halfLife), 0)

const newest = (list: readonly Happening[]): number => Math.max(...list.map(({ at }) => at))

/** Features that are read off others. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  per_visit: ['spent', 'visits'],
  standing: ['last_visit', 'visits', 'spent'],
}

const inputsOf = (name: string): readonly string[] => inputs[name] ?? []

const steps = (value: number, cuts: readonly number[]): number =>
  1 + cuts.filter((cut) => value >= cut).length

/** No zone begins a day but at a quarter of an hour: each is asked about once. */
const quarterMs = hour / 4
const zones = new Map<string, (at: number) => number>()

function localDayOf(zone: string): (at: number) => number {
  const known = zones.get(zone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  const days = new Map<number, number>()
  const localDay = (at: number): number => {
    const quarter = Math.floor(at / quarterMs)
    let found = days.get(quarter)
    if (found === undefined) {
      const [month = 0, date = 0, year = 0] = formatter.format(at).split('/').map(Number)
      found = Math.round(Date.UTC(year, month - 1, date) / day)
      days.set(quarter, found)
    }
    return found
  }
  zones.set(zone, localDay)
  return localDay
}

export interface Look {
  verdict(rule: Rule, at: number): Verdict
  /** What may change between two happenings, as numbers and texts: looked at for a change of its own. */
  leaves(rule: Rule): readonly Leaf[]
}

/** Something that, between two happenings, time changes in one direction only. */
interface Leaf {
  readonly look: (at: number) => Value | boolean
}

export function createLook(plan: Plan, known: readonly Happening[]): Look {
  const localDay = localDayOf(plan.zone)
  const views = known.filter(({ type }) => type === 'page_viewed')
  const orders = known.filter(({ type }) => type === 'order_completed')
  const days = new Map(known.map(({ at, id }) => [id, localDay(at)]))

  const featureOf = (name: string) => plan.features.find((each) => each.name === name)
  const listOf = (name: string): readonly Happening[] =>
    ['spending', 'orders', 'spent', 'last_order'].includes(name) ? orders : views

  /** Everything that it rests on. */
  const restsOn = (name: string): readonly Happening[] =>
    inputsOf(name).length === 0 ? listOf(name) : inputsOf(name).flatMap(listOf)

  const isStale = (name: string, at: number): boolean => {
    const maxAge = featureOf(name)?.maxAgeMs ?? null
    return (
      (maxAge !== null && at >= newest(restsOn(name)) + maxAge) ||
      inputsOf(name).some((input) => listOf(input).length > 0 && isStale(input, at))
    )
  }

  const inWindow = (name: string, list: readonly Happening[], at: number): readonly Happening[] => {
    const { buckets = 1, unit = 'h' } = featureOf(name)?.window ?? {}
    if (unit === 'h')
      return list.filter((one) => Math.floor(at / hour) - Math.floor(one.at / hour) < buckets)
    const today = localDay(at)
    return list.filter((one) => today - (days.get(one.id) ?? 0) < buckets)
  }

  const spentIn = (at: number): number =>
    inWindow('spent', orders, at).reduce(
      (sum, { total }) => sum + Math.round((total ?? 0) * 10),
      0,
    ) / 10

  function feature(name: string, at: number): number | undefined {
    const list = restsOn(name)
    if (list.length === 0) return name.startsWith('last_') || name === 'per_visit' ? undefined : 0
    if (isStale(name, at)) return undefined
    const halfLife = featureOf(name)?.halfLifeMs ?? 1
    switch (name) {
      case 'activity':
        return seen(fading(list, halfLife, at, () => 1))
      case 'spending':
        return seen(fading(list, halfLife, at, ({ total }) => total ?? 0))
      case 'orders':
        return list.length
      case 'visits':
        return inWindow(name, list, at).length
      case 'spent':
        return seen(spentIn(at))
      case 'per_visit': {
        const count = inWindow('visits', views, at).length
        return count === 0 ? undefined : seen(spentIn(at) / count)
      }
      case 'late_pace':
        return seen(fading(list, halfLife, at, () => 1) * ((Math.LN2 * day) / halfLife))
      case 'pace':
        return seen(list.length / Math.max(1, (at - Math.min(...list.map((one) => one.at))) / day))
      case 'last_visit':
      case 'last_order':
        return newest(list)
      default:
        throw new RangeError(name)
    }
  }

  /** Recency, frequency and money, each from 1 to 5. */
  function standing(at: number): string | undefined {
    if (views.length === 0 || isStale('standing', at)) return undefined
    const silence = at - newest(views)
    const recency = 5 - [30, 90, 180, 365].filter((cut) => silence > cut * day).length
    const frequency = steps(inWindow('visits', views, at).length, [2, 3, 5, 10])
    return `${recency}${frequency}${steps(spentIn(at), [50, 100, 250, 500])}`
  }

  function trait(name: 'tier' | 'score', at: number): string | number | undefined {
    const given = known.filter(({ traits }) => traits[name] !== undefined)
    if (given.length === 0) return undefined
    const when = newest(given)
    const maxAge = name === 'tier' ? plan.tierMaxAgeMs : plan.scoreMaxAgeMs
    if (maxAge !== null && at >= when + maxAge) return undefined
    return given.find((one) => one.at === when)?.traits[name]
  }

  function isThere(name: string, at: number): boolean {
    if (name === 'per_visit') return feature(name, at) !== undefined
    if (name === 'traits.tier' || name === 'traits.score')
      return trait(name === 'traits.tier' ? 'tier' : 'score', at) !== undefined
    return listOf(name).length > 0 && !isStale(name, at)
  }

  function verdict(rule: Rule, at: number): Verdict {
    switch (rule.kind) {
      case 'and':
      case 'or': {
        const settles = rule.kind === 'or'
        const all = rule.parts.map((part) => verdict(part, at))
        if (all.includes(settles)) return settles
        return all.includes('unknown') ? 'unknown' : !settles
      }
      case 'not': {
        const inner = verdict(rule.of, at)
        return inner === 'unknown' ? inner : !inner
      }
      case 'choice': {
        const test = verdict(rule.test, at)
        return test === 'unknown' ? test : verdict(test ? rule.yes : rule.no, at)
      }
      case 'number': {
        const value = feature(rule.of, at)
        return value === undefined
          ? 'unknown'
          : compare(rule.op, value * rule.times + rule.plus, rule.than)
      }
      case 'equals': {
        const value = feature(rule.of, at)
        return value === undefined ? 'unknown' : value === rule.value
      }
      case 'age': {
        const since = feature(rule.of, at)
        return since === undefined
          ? 'unknown'
          : compare(rule.op, Math.max(0, at - since), rule.thanMs)
      }
      case 'has':
        return isThere(rule.of, at)
      case 'rfm': {
        const value = standing(at)
        return value === undefined ? 'unknown' : value.startsWith(rule.value)
      }
      case 'tier': {
        const value = trait('tier', at)
        return value === undefined ? 'unknown' : rule.among.includes(String(value))
      }
      case 'score': {
        const value = trait('score', at)
        return typeof value === 'number' ? compare(rule.op, value, rule.than) : 'unknown'
      }
      case 'clock':
        return compare(rule.op, at, rule.than)
      default:
        return rule satisfies never
    }
  }

  const moving: readonly Leaf[] = [
    { look: (at) => inWindow('visits', views, at).length },
    { look: spentIn },
  ]

  function leaves(rule: Rule): readonly Leaf[] {
    switch (rule.kind) {
      case 'and':
      case 'or':
        return rule.parts.flatMap(leaves)
      case 'not':
        return leaves(rule.of)
      case 'choice':
        return [rule.test, rule.yes, rule.no].flatMap(leaves)
      case 'rfm':
        return [{ look: (at) => standing(at)?.[0] }, ...moving]
      case 'equals':
        // The number itself only falls between two happenings; whether it equals another may come and go.
        return [{ look: (at) => feature(rule.of, at) }]
      case 'number':
        // A quotient of two windows rises and falls: each of them only falls.
        return [{ look: (at) => verdict(rule, at) }, ...(rule.of === 'per_visit' ? moving : [])]
      case 'has':
        return [{ look: (at) => isThere(rule.of, at) }, ...(rule.of === 'per_visit' ? moving : [])]
      case 'age':
      case 'tier':
      case 'score':
      case 'clock':
        return [{ look: (at) => verdict(rule, at) }]
      default:
        return rule satisfies never
    }
  }
  return { verdict, leaves }
}

/** First milliseconds in (from, to] at which the leaf is another than just before: halving wherever both ends differ. */
export function changesOf({ look }: Leaf, from: number, to: number): readonly number[] {
  const found: number[] = []
  const between = (low: number, atLow: unknown, high: number, atHigh: unknown): void => {
    if (atLow === atHigh) return
    if (high - low === 1) {
      found.push(high)
      return
    }
    const middle = Math.floor((low + high) / 2)
    const atMiddle = look(middle)
    between(low, atLow, middle, atMiddle)
    between(middle, atMiddle, high, atHigh)
  }
  between(from, look(from), to, look(to))
  return found
}

interface Stay {
  member: boolean
  enteredAt: number
}

/** Everything that happens to the segments of one person, from the first happening to the end. */
export function naiveTransitions(
  plan: Plan,
  end: number,
  probe: (look: Look, at: number, from: number) => void,
): readonly NaiveTransition[] {
  const found: NaiveTransition[] = []
  const stays = new Map<string, Stay>(
    plan.segments.map(({ name }) => [name, { member: false, enteredAt: 0 }]),
  )
  const ordered = plan.segments.toSorted(
    (a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1),
  )
  const decide = (look: Look, at: number, cause: 'event' | 'timer'): void => {
    for (const transition of settle(ordered, stays, look, at)) found.push({ ...transition, cause })
  }
  for (const [index, happening] of plan.happenings.entries()) {
    const look = createLook(plan, plan.happenings.slice(0, index + 1))
    const from = happening.receivedAt
    const to = plan.happenings[index + 1]?.receivedAt ?? end
    decide(look, from, 'event')
    const moments = new Set<number>()
    for (const { enter, exit } of plan.segments)
      for (const rule of exit === null ? [enter] : [enter, exit])
        for (const leaf of look.leaves(rule))
          for (const at of changesOf(leaf, from, to)) moments.add(at)
    let now = from
    for (;;) {
      // A minimum stay ends at a moment that depends on what was decided on the way.
      const next = Math.min(
        ...[...moments].filter((at) => at > now),
        ...plan.segments.flatMap(({ minStayMs, name }) => {
          const stay = stays.get(name)
          const until = stay?.member === true && minStayMs !== null ? stay.enteredAt + minStayMs : 0
          return until > now ? [until] : []
        }),
      )
      if (next > to) break
      decide(look, next, 'timer')
      now = next
    }
    if (to > from) probe(look, from, to)
  }
  return found
}

/** The rules of membership, as the README of profiles tells them. */
function settle(
  ordered: readonly PlannedSegment[],
  stays: Map<string, Stay>,
  look: Look,
  at: number,
): readonly Omit<NaiveTransition, 'cause'>[] {
  const wishes = new Map<string, { readonly member: boolean; readonly held: boolean }>()
  for (const { enter, exit, minStayMs, name } of ordered) {
    const stay = stays.get(name)
    const lets = look.verdict(enter, at)
    const ends = exit === null ? null : look.verdict(exit, at)
    if (stay?.member !== true) {
      wishes.set(name, { member: lets === true && ends !== true, held: false })
      continue
    }
    const held = minStayMs !== null && at < stay.enteredAt + minStayMs
    const leaves = ends === null ? lets === false : ends === true
    wishes.set(name, { member: held || !leaves, held })
  }
  const winners = new Map<string, string>()
  for (const isHeld of [true, false])
    for (const { group, name } of ordered) {
      const wish = wishes.get(name)
      if (group !== null && wish?.member === true && wish.held === isHeld && !winners.has(group))
        winners.set(group, name)
    }
  const exits: Omit<NaiveTransition, 'cause'>[] = []
  const entries: Omit<NaiveTransition, 'cause'>[] = []
  for (const { group, name } of ordered) {
    const stay = stays.get(name)
    if (stay === undefined) continue
    const member =
      wishes.get(name)?.member === true && (group === null || winners.get(group) === name)
    if (member === stay.member) continue
    stay.member = member
    if (member) stay.enteredAt = at
    ;(member ? entries : exits).push({ segment: name, at, to: member ? 'entered' : 'exited' })
  }
  return [...exits, ...entries]
}
