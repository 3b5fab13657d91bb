import type { FragmentId } from '#runtime/event/ids.ts'
import type { DecisionOutcome } from './effects.ts'
import { evidenceOf, recompute, withdraw } from './evidence.ts'
import { decide, type Fold, membersOf, nodeOf, profilesOf } from './fold.ts'
import { type Evidence, type Exclusion, none } from './state.ts'

/** Event ids that one decision names at most. */
export const evidenceShownMax = 5

export const outcomeOf: Readonly<Record<Exclusion, DecisionOutcome>> = {
  ambiguous_device: 'ambiguous',
  automatic_block: 'block',
}

const counterOf = { ambiguous_device: 'ambiguous', automatic_block: 'automatic' } as const

/** An operator's word: it is evidence again. */
export function admitAgain(fold: Fold, id: FragmentId): void {
  const node = nodeOf(fold, id)
  if (node.excluded === null) return
  node.excluded = null
  fold.state.putNode(id, node)
}

/** An identifier is no evidence any more: its links are dropped and its component is recomputed from the rest. */
export function exclude(
  fold: Fold,
  id: FragmentId,
  rule: Exclusion,
  cause: { readonly linkId: string; readonly evidence: Evidence },
): void {
  const { state } = fold
  const node = nodeOf(fold, id)
  const former = membersOf(fold, node.component)
  const before = profilesOf(fold, [id])
  const links = evidenceOf(state, id, ['joins'])
  const events = links.map(([, { eventId }]) => eventId).slice(0, evidenceShownMax - 1)
  node.excluded = rule
  node.met = none
  state.putNode(id, node)
  for (const [linkId] of links) withdraw(fold, linkId, id)
  recompute(fold, node.component)
  state.meta.counters[counterOf[rule]] += 1
  decide(fold, {
    at: state.meta.clock,
    rule,
    outcome: outcomeOf[rule],
    linkId: cause.linkId,
    evidence: [...new Set([...events, cause.evidence.eventId])],
    source: cause.evidence.source,
    identifiers: [id],
    demoted: [id],
    before,
    after: profilesOf(fold, [id, ...former]),
  })
}
