import type { FragmentId } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import { markAmbiguous, sharedDevices } from './ambiguity.ts'
import { joinComponents } from './components.ts'
import { keepEvidence } from './evidence.ts'
import { findNode, type Fold, nodeOf, profilesOf, replaceNode } from './fold.ts'
import {
  decideBlocked,
  decideMerged,
  decideRefused,
  decideShared,
  type LinkInHand,
} from './link-decisions.ts'
import { type Attempt, plan } from './plan.ts'
import { typeOf } from './policy.ts'
import { type Evidence, type EvidenceKind, newNode } from './state.ts'

/** Folds one link: known ones cost a look-up, those of erased people go, the rest meets the rules. */
export function foldLink(fold: Fold, link: LinkRecord, key: string): void {
  const { state } = fold
  const { counters } = state.meta
  counters.links += 1
  const known = state.evidence(link.linkId)
  if (known) {
    counters.repeated += 1
    if (known.keys.includes(key)) return
    known.keys.push(key)
    state.putEvidence(link.linkId, known)
    return
  }
  if (link.identifiers.some(({ id }) => isErased(fold, id, link.receivedAt))) {
    counters.suppressed += 1
    fold.effects.push({ kind: 'tombstone', key })
    return
  }
  const usable = usableOf(fold, link)
  for (const id of usable) see(fold, id, link)
  const inHand: LinkInHand = {
    linkId: link.linkId,
    evidence: evidenceFrom(fold, link, key),
    facts: { at: link.logTime, named: new Set(usable) },
  }
  decideBlocked(fold, link)
  const { joined, others } = settle(fold, inHand, usable)
  inHand.evidence.ids = joined
  inHand.evidence.others = others
  keepEvidence(state, link.linkId, inHand.evidence)
}

const isErased = (fold: Fold, id: FragmentId, receivedAt: number): boolean =>
  receivedAt <= (findNode(fold, id)?.erasedAt ?? -1)

/** Distinct identifiers that are no junk, best first; equal types by pseudonym. */
function usableOf(fold: Fold, link: LinkRecord): readonly FragmentId[] {
  const { policy } = fold
  const ids = new Set(
    link.identifiers.filter(({ blocked }) => blocked === null).map(({ id }) => id),
  )
  return [...ids].toSorted(
    (a, b) => policy.rank(typeOf(a)) - policy.rank(typeOf(b)) || (a < b ? -1 : 1),
  )
}

function see(fold: Fold, id: FragmentId, link: LinkRecord): void {
  const node = findNode(fold, id) ?? newNode(id, fold.offset, link.logTime)
  if (node.first < 0) node.first = fold.offset
  if (link.logTime > node.seenAt) node.seenAt = link.logTime
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
    kind: fold.policy.isAuthoritative(link.eventType) ? 'authoritative' : 'event',
    keys: [key],
  }
}

/** Joins what the rules allow and says so. Returns what the evidence holds together from now on, and what it only names. */
function settle(
  fold: Fold,
  link: LinkInHand,
  usable: readonly FragmentId[],
): { readonly joined: FragmentId[]; readonly others: FragmentId[] } {
  const before = profilesOf(fold, usable)
  decideShared(fold, link, usable)
  const asserted = assertedBy(fold, link.evidence.kind, usable)
  const { attempt, merged } = joinByRules(fold, link, usable, asserted)
  decideRefused(fold, link, attempt, before)
  if (merged) decideMerged(fold, link, attempt, before, asserted.length > 1)
  const shared = usable.filter((id) => nodeOf(fold, id).ambiguous)
  return {
    joined: attempt.plan.accepted,
    others: [...attempt.refused.map(({ id }) => id), ...shared],
  }
}

/** `asserted`: identifiers of which the evidence has the authority to say that they are one person's. */
export function joinByRules(
  fold: Fold,
  link: LinkInHand,
  ids: readonly FragmentId[],
  asserted: readonly FragmentId[],
): { readonly attempt: Attempt; readonly merged: boolean } {
  const authority = plan(fold, link.facts, asserted, true).plan.components
  if (authority.length > 1) joinComponents(fold, authority)
  for (const device of sharedDevices(fold, clearOf(fold, ids))) markAmbiguous(fold, device, link)

  // Each round takes at least one device out, so this ends.
  let attempt = plan(fold, link.facts, clearOf(fold, ids), false)
  while (attempt.shared.length > 0) {
    for (const device of attempt.shared) markAmbiguous(fold, device, link)
    attempt = plan(fold, link.facts, clearOf(fold, ids), false)
  }
  const { components } = attempt.plan
  if (components.length > 1) joinComponents(fold, components)
  return { attempt, merged: components.length > 1 || authority.length > 1 }
}

const clearOf = (fold: Fold, ids: readonly FragmentId[]): readonly FragmentId[] =>
  ids.filter((id) => !nodeOf(fold, id).ambiguous)

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
    case 'authoritative':
      return namedTwice(fold, ids)
    case 'event':
    case 'parting':
      return []
    default:
      return kind satisfies never
  }
}
