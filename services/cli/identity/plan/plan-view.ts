import { hash } from 'node:crypto'
import type { DefinitionVersion, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { ChangeKind, PolicyPlan, ProfileChange } from '../../../identity/core/plan-policy.ts'
import type { ChangedSetting, PolicyComparison } from './compare-policies.ts'

/** What `identity plan --json` prints. Identifiers are pseudonyms, in the order in which the log named them. */
export interface PlanView {
  /** Stands for all that would be done: `identity apply --expect` holds it against what would be done then. */
  readonly plan: string
  readonly policy: {
    /** Version of the pipeline file that the linker follows; null: none was deployed. */
    readonly in_force: number | null
    readonly settings: readonly ChangedSetting[]
  }
  /** What brings it about. `nothing`: no profile changes, and no setting. */
  readonly carried_by: 'nothing' | 'apply' | 'deploy' | 'rebuild'
  /** What the change can't reach. */
  readonly limits: readonly string[]
  /** Values that the file blocks now and that the log has named unblocked: still evidence in the past. */
  readonly blocked_in_the_past: readonly BlockedInThePast[]
  readonly log: { readonly records: number; readonly end: number }
  readonly profiles: number
  readonly counts: Readonly<Record<ChangeKind, number>>
  readonly changes: readonly {
    readonly kind: ChangeKind
    readonly before: readonly ProfileId[]
    readonly after: readonly ProfileId[]
    readonly moved: ProfileChange['moved']
  }[]
  /** False: another plan after this one was applied would find more. */
  readonly settled: boolean
}

export interface BlockedInThePast {
  readonly fragment: FragmentId
  readonly profile: ProfileId
  /** Others in that profile. */
  readonly others: number
}

export interface PlanFacts {
  readonly version: DefinitionVersion | null
  readonly comparison: PolicyComparison
  readonly blockedInThePast: readonly BlockedInThePast[]
  readonly records: number
  readonly end: number
  readonly profiles: number
}

export function planView(plan: PolicyPlan, facts: PlanFacts): PlanView {
  const { settings, limits } = facts.comparison
  const counts: Record<ChangeKind, number> = { merge: 0, part: 0, survivor: 0, regroup: 0 }
  for (const { kind } of plan.changes) counts[kind] += 1
  return {
    plan: planId(plan),
    policy: { in_force: facts.version === null ? null : Number(facts.version), settings },
    carried_by: carrierOf(plan, settings),
    limits,
    blocked_in_the_past: facts.blockedInThePast,
    log: { records: facts.records, end: facts.end },
    profiles: facts.profiles,
    counts,
    changes: plan.changes,
    settled: plan.settled,
  }
}

function carrierOf(plan: PolicyPlan, settings: readonly ChangedSetting[]): PlanView['carried_by'] {
  if (settings.some(({ carriedBy }) => carriedBy === 'rebuild')) return 'rebuild'
  if (settings.length > 0) return 'deploy'
  return plan.commands.length > 0 ? 'apply' : 'nothing'
}

/** Equal for equal commands with equal outcome. */
export function planId({ commands, changes }: PolicyPlan): string {
  const moved = changes.flatMap((change) => change.moved.map(({ id, to }) => `${id} ${to}`))
  const text = JSON.stringify([commands, moved.toSorted()])
  return hash('sha256', text, 'hex').slice(0, 12)
}
