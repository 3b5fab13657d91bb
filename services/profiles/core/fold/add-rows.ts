import type { RoutedEvent } from '#runtime/event/event.ts'
import {
  definitionVersion,
  type EpochMs,
  type FragmentId,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { SegmentTransitionRow, TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { RawPlace } from '#runtime/log/messages.ts'
import { isNews } from '../consent/is-news.ts'
import { consentRow } from '../rows/consent-row.ts'
import { eventRow, identifierRow } from '../rows/event-row.ts'
import { membershipRow, transitionRow } from '../rows/segment-rows.ts'
import type { Transition } from '../segments/decisions.ts'
import type { Fragment, FragmentContent, Membership } from '../state.ts'
import { type FoldContext, originKeyOf } from './context.ts'

/** The event that this message carries, accepted. `place`: where it was first read from, when the message does not say. */
export function addEventRow(context: FoldContext, event: RoutedEvent, place?: RawPlace): void {
  const { flush, input, state, partition, version } = context
  const [offset, index] = input.message.position
  flush.rows.events.push(
    eventRow({
      event,
      partition,
      version,
      logTime: state.meta.clock,
      definition: state.meta.definition ?? definitionVersion(0),
      origin: place === undefined ? originKeyOf(context, input.origin) : place.origin,
      originOffset: place === undefined ? offset : place.offset,
      originIndex: place === undefined ? index : place.index,
    }),
  )
}

/** What of an event's answers is new to its fragment. Called before the event is applied. */
export function addConsentRows(
  { flush, version }: FoldContext,
  fragment: FragmentId,
  { consent }: FragmentContent,
  event: RoutedEvent,
  answers: RoutedEvent['consent'],
): void {
  for (const purpose in answers) {
    const state = answers[purpose]
    if (state !== undefined && isNews(consent.get(purpose), state))
      flush.rows.consent_history.push(consentRow(fragment, purpose, state, version, event))
  }
}

/** Which profile a fragment belongs to from this message on; `deleted`: it was erased or expired. */
export function addIdentifierRow(
  { flush, state, version }: FoldContext,
  fragment: FragmentId,
  birth: ProfileId,
  { assigned, expiredAt }: Fragment,
  deleted: boolean,
): void {
  const at = state.meta.clock
  flush.rows.profile_identifiers.push(
    identifierRow({ fragment, birth, assigned, at, version, deleted, expiredAt }),
  )
}

/** The last row of a (profile, segment) in a flush wins: within one message they would share a version. */
export function addMembershipRow(
  { flush, version }: FoldContext,
  profile: ProfileId,
  segment: string,
  membership: Membership,
  nextChangeAt: EpochMs | null,
): void {
  const row = membershipRow(profile, segment, version, membership, nextChangeAt)
  flush.memberships.set(`${profile}/${segment}`, row)
}

const isPublic = (context: FoldContext, cause: TransitionCause): boolean =>
  context.publishes(cause) || (cause === 'define' && context.current?.notify === true)

/** One transition, public unless its cause is not to be published; what a definition made is where it was deployed so. */
export function addTransition(
  context: FoldContext,
  profile: ProfileId,
  transition: Transition,
  at: EpochMs,
): void {
  const { flush, state } = context
  const row = nextTransition(context, profile, transition, at)
  flush.rows.segment_transitions.push(row)
  if (state.meta.live && isPublic(context, transition.cause)) flush.segmentChanges.push(row)
}

/** An entry that the tables have already, at the time at which it happened: for the public alone. */
export function publishEntry(
  context: FoldContext,
  profile: ProfileId,
  transition: Transition,
  at: EpochMs,
): void {
  if (!context.state.meta.live || !isPublic(context, transition.cause)) return
  context.flush.segmentChanges.push(nextTransition(context, profile, transition, at))
}

function nextTransition(
  context: FoldContext,
  profile: ProfileId,
  transition: Transition,
  at: EpochMs,
): SegmentTransitionRow {
  const definition = context.state.meta.definition ?? definitionVersion(0)
  return transitionRow(profile, context.version, context.seq++, at, definition, transition)
}
