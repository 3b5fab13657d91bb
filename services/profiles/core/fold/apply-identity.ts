import { type EpochMs, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { Body } from '#runtime/log/messages.ts'
import { clearContent, isEmpty } from '../content/content.ts'
import type { Fragment } from '../state.ts'
import { newFragment } from './apply-event.ts'
import { type FoldContext, ownPartition, type Rejected, sendToOwner } from './context.ts'
import { addIdentifierRow } from './add-rows.ts'
import { markDirty } from './members.ts'
import { settle } from './timers.ts'
import { touch } from './touch.ts'

type BodyOf<Kind extends Body['kind']> = Extract<Body, { kind: Kind }>

export const notHome: Rejected = {
  reason: 'misrouted',
  detail: 'the fragment has its home elsewhere',
}

/** The linker's word on whom a fragment belongs to. Its events keep coming here, whoever owns it. */
export function foldAssign(context: FoldContext, body: BodyOf<'assign'>): Rejected | undefined {
  const { state } = context
  const { fragment: id, profile: next } = body
  const birth = context.birthId(id)
  if (!ownPartition(context, birth)) return notHome
  state.meta.counters.assignmentsReceived += 1
  moveTo(context, id, birth, state.fragment(id) ?? newFragment(birth), next)
  return undefined
}

/** From here on a fragment belongs to `next`, with what it knows. */
export function moveTo(
  context: FoldContext,
  id: FragmentId,
  birth: ProfileId,
  fragment: Fragment,
  next: ProfileId,
): void {
  const { state } = context
  const previous = fragment.assigned
  if (previous === next) return
  // What the birth profile waited for must happen before its content changes hands.
  settle(context, birth)
  fragment.assigned = next
  state.putFragment(id, fragment)
  addAssignmentRow(context, id, birth, fragment)
  const at = state.meta.clock
  if (previous === birth)
    touch(context, birth, id, { cause: 'merge', at, changed: null, anew: true })
  else sendToOwner(context, previous, { kind: 'leave', profile: previous, fragment: id })
  if (next === birth) touch(context, birth, id, { cause: 'split', at, changed: null, anew: true })
  else if (!isEmpty(fragment.content)) markDirty(context, id, fragment, null, 'event')
}

/** An erased or expired fragment that comes home is nobody's news: its row stays closed until it is seen again. */
function addAssignmentRow(
  context: FoldContext,
  id: FragmentId,
  birth: ProfileId,
  fragment: Fragment,
): void {
  const ended = Math.max(fragment.erasedAt, fragment.expiredAt) >= 0 && isEmpty(fragment.content)
  addIdentifierRow(context, id, birth, fragment, ended && fragment.assigned === birth)
}

/** Drops what a fragment knows, for good: what was received up to now never counts again, however late it is delivered. */
export function foldErase(context: FoldContext, body: BodyOf<'erase'>): Rejected | undefined {
  const { state } = context
  const id = body.fragment
  const birth = context.birthId(id)
  if (!ownPartition(context, birth)) return notHome
  if (body.erasedAt !== undefined) return foldErasedBefore(context, id, birth, body.erasedAt)
  const { live, clock } = state.meta
  const known = state.fragment(id)
  const fragment = known ?? newFragment(birth)
  const newest = fragment.content.seen?.newestReceivedAt ?? 0
  if (!live) {
    // The live generation decides when, and the feeder tells. What it has no word for goes as far as it is known.
    if (known !== undefined && !hasWord(known, body))
      end(context, { id, birth, fragment: known, until: newest, cause: 'erasure' })
    return undefined
  }
  end(context, { id, birth, fragment, until: Math.max(clock, newest), cause: 'erasure' })
  context.flush.suppressions.push({
    fragment: id,
    erasedAt: fragment.erasedAt,
    commandId: `links/${context.input.message.position[0]}`,
  })
  return undefined
}

/** Two erasures of one person within a day are one: more than clocks of operators and brokers ever lie apart. */
const sameErasureMs = 86_400_000

/** Whether the live generation has decided this erasure, or a later one. An earlier one of the same person is no word of it. */
const hasWord = ({ erasedAt }: Fragment, { orderedAt }: BodyOf<'erase'>): boolean =>
  erasedAt >= 0 && (orderedAt === undefined || erasedAt >= orderedAt - sameErasureMs)

/**
 * An erasure that the live generation decided: it comes before any event that was received later, so that all that is known of the
 * fragment goes. No news to anybody.
 */
function foldErasedBefore(
  context: FoldContext,
  id: FragmentId,
  birth: ProfileId,
  erasedAt: EpochMs,
): undefined {
  const { state } = context
  const known = state.fragment(id)
  if (known === undefined) {
    state.putFragment(id, { ...newFragment(birth), erasedAt })
    return undefined
  }
  if (known.erasedAt >= erasedAt) return undefined
  end(context, { id, birth, fragment: known, until: erasedAt, cause: 'erasure' })
  return undefined
}

const untilOf = { erasure: 'erasedAt', expiry: 'expiredAt' } as const

/** The end of a life. */
export interface Ending {
  readonly id: FragmentId
  readonly birth: ProfileId
  readonly fragment: Fragment
  /** What was received by then counts no more. */
  readonly until: number
  readonly cause: keyof typeof untilOf
}

/** Nothing is known any more of what that life was. */
export function forgetLife(context: FoldContext, ending: Ending): void {
  const { state } = context
  const { id, birth, fragment, until, cause } = ending
  fragment[untilOf[cause]] = epochMs(Math.max(fragment[untilOf[cause]], until))
  clearContent(fragment.content)
  fragment.pace = null
  state.forget(id)
  state.leaveResidue()
  state.putFragment(id, fragment)
  addIdentifierRow(context, id, birth, fragment, true)
}

/** Ends a life, for its profile too. */
export function end(context: FoldContext, ending: Ending): void {
  const { state } = context
  const { id, birth, fragment, cause } = ending
  const isOwn = fragment.assigned === birth
  if (isOwn) settle(context, birth)
  forgetLife(context, ending)
  if (isOwn) touch(context, birth, id, { cause, at: state.meta.clock, changed: null, anew: true })
  else markDirty(context, id, fragment, null, cause)
}
