import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { forgetCompany } from './ambiguity.ts'
import { evidenceShownMax } from './exclusion.ts'
import { dropEvidence, recompute, setHolderOf } from './evidence.ts'
import { componentOf, decide, type Fold, membersOf, profilesOf } from './fold.ts'
import { type Evidence, isCommand } from './state.ts'

/** Pieces of evidence that one record forgets at most: a record of the log costs a bounded time, and the next one goes on. */
export const expiredPerRecordMax = 100

/** Whether evidence that was last confirmed then has outlived the links' lifetime. */
export const isOver = ({ policy, state }: Fold, seenAt: number): boolean =>
  policy.linkLifetimeMs !== null && seenAt <= state.meta.clock - policy.linkLifetimeMs

/** Puts evidence that was just kept on the list of those that end, and confirms the one that says the same. */
export function startAge(fold: Fold, linkId: string, evidence: Evidence): void {
  const { state, policy } = fold
  if (policy.linkLifetimeMs === null || isCommand(evidence)) return
  state.addAge(evidence.seenAt, linkId)
  const holder = setHolderOf(state, evidence)
  if (holder === null || holder === linkId) return
  const held = state.evidence(holder)
  if (held === undefined || held.seenAt >= evidence.seenAt) return
  state.removeAge(held.seenAt, holder)
  held.seenAt = evidence.seenAt
  state.putEvidence(holder, held)
  state.addAge(held.seenAt, holder)
}

/** Forgets evidence that nothing confirmed within the lifetime of links; what only it held together parts. */
export function forgetAged(fold: Fold): void {
  const { state, policy } = fold
  if (policy.linkLifetimeMs === null) return
  const until = epochMs(state.meta.clock - policy.linkLifetimeMs)
  const aged = state.agedUntil(until, expiredPerRecordMax)
  if (aged.length === 0) return
  const bereft = new Set<FragmentId>()
  const weakened = new Map<FragmentId, { linkId: string; events: string[]; source: string }>()
  for (const linkId of aged) {
    const evidence = state.evidence(linkId)
    if (evidence === undefined) continue
    const [first] = evidence.ids
    if (first !== undefined) {
      const component = componentOf(fold, first)
      const others = weakened.get(component)
      if (others === undefined)
        weakened.set(component, { linkId, events: [evidence.eventId], source: evidence.source })
      else if (others.events.length < evidenceShownMax) others.events.push(evidence.eventId)
    }
    state.meta.counters.expired += 1
    dropEvidence(fold, linkId, evidence)
    for (const id of [...evidence.ids, ...evidence.others]) bereft.add(id)
  }
  for (const id of bereft) forgetCompany(fold, id)
  for (const [component, cause] of weakened) part(fold, component, cause)
}

function part(
  fold: Fold,
  component: FragmentId,
  { linkId, events, source }: { linkId: string; events: readonly string[]; source: string },
): void {
  const former = membersOf(fold, component)
  if (!recompute(fold, component)) return
  const parted = {
    at: fold.state.meta.clock,
    rule: 'link_lifetime',
    outcome: 'split',
    linkId,
    evidence: events,
    source,
    identifiers: former.filter((id) => componentOf(fold, id) !== component),
    demoted: [],
    before: [fold.birthProfileId(component)],
    after: profilesOf(fold, former),
  } as const
  decide(fold, parted, `${linkId}.over`)
}
