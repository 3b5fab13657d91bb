import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import type { Decision } from './effects.ts'
import { outcomeOf } from './exclusion.ts'
import { decide, type Fold, nodeOf, profilesOf } from './fold.ts'
import type { Attempt } from './plan.ts'
import type { Breach, LinkFacts } from './rules.ts'
import type { Evidence } from './state.ts'

/** A link on its way through the rules. */
export interface LinkInHand {
  readonly linkId: string
  readonly evidence: Evidence
  readonly facts: LinkFacts
}

const causeOf = ({
  linkId,
  evidence,
  facts,
}: LinkInHand): Pick<Decision, 'at' | 'linkId' | 'evidence' | 'source'> => ({
  at: facts.at,
  linkId,
  evidence: [evidence.eventId],
  source: evidence.source,
})

const ruleName = ({ rule, type }: Breach): string => (type === null ? rule : `${rule}:${type}`)

/** Junk: nothing is learned from it, and the rule that it met is said. */
export function decideBlocked(fold: Fold, link: LinkRecord): void {
  for (const { id, blocked } of link.identifiers) {
    if (blocked === null) continue
    fold.state.meta.counters.blocked += 1
    decide(fold, {
      at: link.logTime,
      rule: blocked,
      outcome: 'block',
      linkId: link.linkId,
      evidence: [link.eventId],
      source: link.source,
      identifiers: [id],
      demoted: [id],
      before: [],
      after: [],
    })
  }
}

/** What was known to be no evidence before this link: one decision per rule. */
export function decideExcluded(fold: Fold, link: LinkInHand, usable: readonly FragmentId[]): void {
  if (usable.length === 1) return
  const excluded = usable.filter((id) => nodeOf(fold, id).excluded !== null)
  for (const rule of new Set(excluded.map((id) => nodeOf(fold, id).excluded))) {
    if (rule === null) continue
    const demoted = excluded.filter((id) => nodeOf(fold, id).excluded === rule)
    const profiles = profilesOf(fold, demoted)
    decide(fold, {
      ...causeOf(link),
      rule,
      outcome: outcomeOf[rule],
      identifiers: usable,
      demoted,
      before: profiles,
      after: profiles,
    })
  }
}

/** One decision per rule that was in the way. `refuse`: nothing was left to link. */
export function decideRefused(
  fold: Fold,
  link: LinkInHand,
  { plan, refused }: Attempt,
  before: readonly ProfileId[],
): void {
  const identifiers = [...plan.accepted, ...refused.map(({ id }) => id)]
  for (const rule of new Set(refused.map(({ breach }) => ruleName(breach)))) {
    const demoted = refused.filter(({ breach }) => ruleName(breach) === rule)
    for (const { breach } of demoted) fold.state.meta.counters[breach.rule] += 1
    decide(fold, {
      ...causeOf(link),
      rule,
      outcome: plan.accepted.length > 1 ? 'demote' : 'refuse',
      identifiers,
      demoted: demoted.map(({ id }) => id),
      before,
      after: profilesOf(fold, identifiers),
    })
  }
}

export function decideMerged(
  fold: Fold,
  link: LinkInHand,
  { plan, refused }: Attempt,
  before: readonly ProfileId[],
  byAuthority: boolean,
): void {
  fold.state.meta.counters.merges += 1
  decide(fold, {
    ...causeOf(link),
    rule: byAuthority ? 'authoritative' : 'shared_event',
    outcome: 'merge',
    identifiers: plan.accepted,
    demoted: refused.map(({ id }) => id),
    before,
    after: profilesOf(fold, plan.accepted),
  })
}
