import { type EpochMs, type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { shapeOf } from './components.ts'
import { componentOf, type Fold, membersOf, nodeOf } from './fold.ts'
import type { Bar } from './state.ts'

export type Breach =
  | { readonly rule: 'split' | 'cap'; readonly type: null }
  | { readonly rule: 'limit'; readonly type: string }
  /** `types`: all of which two values would meet. */
  | { readonly rule: 'unique'; readonly type: string; readonly types: readonly string[] }

/** What a link would join, before anything is written. */
export interface Plan {
  /** Identifiers of the link that belong together, best first. */
  readonly accepted: FragmentId[]
  /** Their components. */
  readonly components: FragmentId[]
  readonly counts: Record<string, number>
  readonly bars: Set<Bar>
  size: number
}

export interface LinkFacts {
  /** Log time of the link: the end of each window. */
  readonly at: EpochMs
  /** All identifiers that it names: seen now. */
  readonly named: readonly FragmentId[]
}

export function newPlan(): Plan {
  return { accepted: [], components: [], counts: {}, bars: new Set(), size: 0 }
}

export function admit(fold: Fold, plan: Plan, id: FragmentId): void {
  const component = componentOf(fold, id)
  plan.accepted.push(id)
  if (plan.components.includes(component)) return
  const shape = shapeOf(fold, component)
  plan.components.push(component)
  plan.size += shape.members.length
  for (const [type, count] of Object.entries(shape.counts))
    plan.counts[type] = (plan.counts[type] ?? 0) + count
  for (const bar of shape.bars) plan.bars.add(bar)
}

const opposite = (bar: Bar): Bar => `${bar.startsWith('0') ? '1' : '0'}${bar.slice(1)}`

/**
 * The rule that forbids to add an identifier's component to a plan, or null. A rule is only broken by what the two bring together: a
 * profile that authority or an older policy made larger than a limit may still take in other types.
 * `authority`: the link itself says that two unique values are one person, so only an operator's split and the cap hold.
 */
export function breachOf(
  fold: Fold,
  plan: Plan,
  id: FragmentId,
  facts: LinkFacts,
  authority: boolean,
): Breach | null {
  const { policy } = fold
  const component = componentOf(fold, id)
  if (plan.size === 0 || plan.components.includes(component)) return null
  const shape = shapeOf(fold, component)
  if (plan.bars.size > 0 && shape.bars.some((bar) => plan.bars.has(opposite(bar))))
    return { rule: 'split', type: null }
  const shared = authority ? [] : Object.keys(shape.counts).filter((type) => plan.counts[type])
  const [unique, ...more] = shared.filter((type) => policy.isUnique(type)).toSorted()
  if (unique !== undefined) return { rule: 'unique', type: unique, types: [unique, ...more] }
  if (plan.size + shape.members.length > policy.cap) return { rule: 'cap', type: null }
  for (const type of shared)
    if (exceedsLimit(fold, plan.components, component, type, facts)) return { rule: 'limit', type }
  return null
}

/** Whether one profile of these components would have more values of a type than its limit, in the window that ends now. */
function exceedsLimit(
  fold: Fold,
  planned: readonly FragmentId[],
  added: FragmentId,
  type: string,
  facts: LinkFacts,
): boolean {
  const limit = fold.policy.limit(type)
  if (limit === null) return false
  const all = (component: FragmentId): number => shapeOf(fold, component).counts[type] ?? 0
  const sum = planned.reduce((n, component) => n + all(component), all(added))
  if (sum <= limit.count || limit.windowMs === null) return sum > limit.count
  const since = facts.at - limit.windowMs
  const recent = (component: FragmentId): number =>
    membersOf(fold, component).filter(
      (id) => typeOf(id) === type && (facts.named.includes(id) || nodeOf(fold, id).seenAt > since),
    ).length
  const addedNow = recent(added)
  const plannedNow = planned.reduce((n, component) => n + recent(component), 0)
  return addedNow > 0 && plannedNow > 0 && plannedNow + addedNow > limit.count
}
