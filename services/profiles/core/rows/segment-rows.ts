import type { DefinitionVersion, EpochMs, ProfileId } from '#runtime/event/ids.ts'
import { toIso, toIsoOrNull } from '#runtime/time/iso.ts'
import type { SegmentMembershipRow, SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import type { Transition } from '../segments/decisions.ts'
import type { Membership } from '../state.ts'

/** `nextChangeAt`: as known when the membership changed. */
export const membershipRow = (
  profile: ProfileId,
  segment: string,
  version: string,
  membership: Membership,
  nextChangeAt: EpochMs | null,
): SegmentMembershipRow => ({
  profile_id: profile,
  segment,
  version,
  member: membership.member ? 1 : 0,
  entered_at: toIsoOrNull(membership.enteredAt),
  exited_at: toIsoOrNull(membership.exitedAt),
  rule_version: membership.definition,
  rule_hash: membership.ruleHash,
  because: JSON.stringify(membership.because),
  next_change_at: toIsoOrNull(nextChangeAt),
})

/** `at`: a timer's due time, else the clock; `seq`: its order within the message. */
export const transitionRow = (
  profile: ProfileId,
  version: string,
  seq: number,
  at: EpochMs,
  definition: DefinitionVersion,
  transition: Transition,
): SegmentTransitionRow => ({
  profile_id: profile,
  segment: transition.segment,
  version,
  seq,
  at: toIso(at),
  to: transition.to,
  cause: transition.cause,
  rule_version: definition,
  rule_hash: transition.ruleHash,
  because: JSON.stringify(transition.because),
})
