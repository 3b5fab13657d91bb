import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import { sharedDevices } from './ambiguity.ts'
import { valuesInExcess } from './automatic-block.ts'
import { joinComponents } from './components.ts'
import { keepEvidence } from './evidence.ts'
import { exclude } from './exclusion.ts'
import { findNode, type Fold, metNode, nodeOf, profilesOf, replaceNode } from './fold.ts'
import {
  decideBlocked,
  decideExcluded,
  decideMerged,
  decideRefused,
  type LinkInHand,
} from './link-decisions.ts'
import { isOver, startAge } from './lifetime.ts'
import { type Attempt, plan } from './plan.ts'
import { newPlan } from './rules.ts'
import { type Evidence, type EvidenceKind, isAuthoritativeType } from './state.ts'

/** Folds one link: known ones cost a look-up, those of erased people go, the rest meets the rules. */
export function foldLink(fold: Fold, link: LinkRecord, key: string): void {
  const { state } = fold
  const { counters } = state.meta
  counters.links += 1
  const named = namedBy(link)
  const known = state.evidence(link.linkId, named)
  if (known) {
    counters.repeated += 1
    if (known.keys.includes(key)) return
    known.keys.push(key)
    state.putEvidence(link.linkId, known)
    return
  }
  if (namesErased(fold, link)) {
    counters.suppressed += 1
    fold.effects.push({ kind: 'tombstone', key })
    return
  }
  if (isOver(fold, link.logTime)) {
    counters.expired += 1
    return
  }
  const usable = usableOf(fold, named)
  const evidence = evidenceFrom(fold, link, key)
  for (const id of usable) see(fold, id, evidence)
  decideBlocked(fold, link)
  settleEvidence(fold, link.linkId, evidence, usable)
}

/** Lets evidence speak under the policy in force, and keeps it with what it holds together from now on. */
export function settleEvidence(
  fold: Fold,
  linkId: string,
  evidence: Evidence,
  usable: readonly FragmentId[],
): void {
  const facts = { at: evidence.seenAt, named: usable }
  const { joined, others } = settle(fold, { linkId, evidence, facts }, usable)
  evidence.ids = joined
  evidence.others = [...others, ...evidence.others]
  keepEvidence(fold.state, linkId, evidence)
  startAge(fold, linkId, evidence)
}

/** Identifiers of a link that are no junk, in its order. */
function namedBy({ identifiers }: LinkRecord): readonly FragmentId[] {
  const named: FragmentId[] = []
  for (const { id, blocked } of identifiers) if (blocked === null) named.push(id)
  return named
}

/** Whether an identifier was erased then or later. */
export const isErased = (fold: Fold, id: FragmentId, at: number): boolean =>
  at <= (findNode(fold, id)?.erasedAt ?? -1)

function namesErased(fold: Fold, { identifiers, receivedAt }: LinkRecord): boolean {
  for (const { id } of identifiers) if (isErased(fold, id, receivedAt)) return true
  return false
}

/** Distinct identifiers, best first; equal types by pseudonym. */
export function usableOf(fold: Fold, ids: readonly FragmentId[]): readonly FragmentId[] {
  const { policy } = fold
  if (isOrdered(fold, ids)) return ids
  return [...new Set(ids)].toSorted(
    (a, b) => policy.rank(typeOf(a)) - policy.rank(typeOf(b)) || (a < b ? -1 : 1),
  )
}

/** As homes send them, but after a change of the order of types. */
function isOrdered({ policy }: Fold, ids: readonly FragmentId[]): boolean {
  let before = -1
  let previous = ''
  for (const id of ids) {
    const rank = policy.rank(typeOf(id))
    if (rank < before || (rank === before && id <= previous)) return false
    before = rank
    previous = id
  }
  return true
}

/** An identifier was named by evidence. */
export function see(
  fold: Fold,
  id: FragmentId,
  { offset, seenAt }: Pick<Evidence, 'offset' | 'seenAt'>,
): void {
  const node = metNode(fold, id, offset, seenAt)
  if (seenAt > node.seenAt) node.seenAt = seenAt
  replaceNode(fold, id, node)
}

function evidenceFrom(fold: Fold, link: LinkRecord, key: string): Evidence {
  return {
    ids: [],
    others: [],
    eventId: link.eventId,
    source: link.source,
    offset: fold.offset,
    receivedAt: link.receivedAt,
    seenAt: link.logTime,
    kind: isAuthoritativeType(link.eventType) ? link.eventType : 'event',
    keys: [key],
  }
}

/** Joins what the rules allow and says so. Returns what the evidence holds together from now on, and what it only names. */
function settle(
  fold: Fold,
  link: LinkInHand,
  usable: readonly FragmentId[],
): { readonly joined: FragmentId[]; readonly others: FragmentId[] } {
  if (isConfirming(fold, link.evidence.kind, usable)) return { joined: [...usable], others: [] }
  const before = profilesOf(fold, usable)
  decideExcluded(fold, link, usable)
  for (const id of valuesInExcess(fold, clearOf(fold, usable), link.facts.at))
    exclude(fold, id, 'automatic_block', link)
  const asserted = assertedBy(fold, link.evidence.kind, clearOf(fold, usable))
  const { attempt, merged } = joinByRules(fold, link, usable, asserted)
  decideRefused(fold, link, attempt, before)
  if (merged) decideMerged(fold, link, attempt, before, asserted.length > 1)
  const excluded = usable.filter((id) => nodeOf(fold, id).excluded !== null)
  return {
    joined: attempt.plan.accepted,
    others: [...attempt.refused.map(({ id }) => id), ...excluded],
  }
}

/**
 * Whether evidence says what the state says already: its identifiers are one profile, and none is excluded or becomes so by it. Then no rule has
 * anything to forbid, and nothing is decided. Most links are of that kind.
 */
function isConfirming(fold: Fold, kind: EvidenceKind, usable: readonly FragmentId[]): boolean {
  const [first] = usable
  if (first === undefined || kind !== 'event') return false
  const { component } = nodeOf(fold, first)
  for (const id of usable) {
    const node = nodeOf(fold, id)
    if (node.component !== component || node.excluded !== null) return false
  }
  return sharedDevices(fold, usable).length === 0
}

/** `asserted`: identifiers of which the evidence has the authority to say that they are one person's. */
export function joinByRules(
  fold: Fold,
  link: LinkInHand,
  ids: readonly FragmentId[],
  asserted: readonly FragmentId[],
): { readonly attempt: Attempt; readonly merged: boolean } {
  const said = asserted.length > 1 ? plan(fold, link.facts, asserted, true).plan : newPlan()
  if (said.components.length > 1) joinComponents(fold, said.components)
  // What it may say itself stands in front, so that the evidence holds it together whatever else it names.
  const ordered = said.accepted.length > 1 ? [...new Set([...said.accepted, ...ids])] : ids
  for (const device of sharedDevices(fold, clearOf(fold, ordered)))
    if (said.accepted.length < 2 || !said.accepted.includes(device))
      exclude(fold, device, 'ambiguous_device', link)

  // Each round takes at least one device out, so this ends.
  let attempt = plan(fold, link.facts, clearOf(fold, ordered), false)
  while (attempt.shared.length > 0) {
    for (const device of attempt.shared) exclude(fold, device, 'ambiguous_device', link)
    attempt = plan(fold, link.facts, clearOf(fold, ordered), false)
  }
  const { components } = attempt.plan
  if (components.length > 1) joinComponents(fold, components)
  return { attempt, merged: components.length > 1 || said.components.length > 1 }
}

export const clearOf = (fold: Fold, ids: readonly FragmentId[]): readonly FragmentId[] =>
  ids.filter((id) => nodeOf(fold, id).excluded === null)

/** Values of a unique type of which the link names several: what its authority is about. Other identifiers in it meet the rules. */
function namedTwice(fold: Fold, ids: readonly FragmentId[]): readonly FragmentId[] {
  const ofType = (type: string): number => ids.filter((id) => typeOf(id) === type).length
  return ids.filter((id) => fold.policy.isUnique(typeOf(id)) && ofType(typeOf(id)) > 1)
}

/** Identifiers of which the evidence has the authority to say that they are one person's. */
export function assertedBy(
  fold: Fold,
  kind: EvidenceKind,
  ids: readonly FragmentId[],
): readonly FragmentId[] {
  switch (kind) {
    case 'merge':
      return ids
    case 'contact_merged':
    case 'aliased':
      return fold.policy.isAuthoritative(kind) ? namedTwice(fold, ids) : []
    case 'event':
    case 'split':
    case 'unsplit':
    case 'erase':
    case 'reconsider':
      return []
    default:
      return kind satisfies never
  }
}
