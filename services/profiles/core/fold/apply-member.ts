import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import type { Body, StatePart } from '#runtime/log/messages.ts'
import { changedBy } from '../content/apply-event.ts'
import { isSameWord } from '../consent/same-word.ts'
import { replaceParts } from '../content/parts.ts'
import { isEmpty } from '../content/content.ts'
import { emptyContent } from '../content/content.ts'
import { type FragmentContent, newProfile } from '../state.ts'
import { definitionInForce, type FoldContext, ownPartition, type Rejected } from './context.ts'
import type { MemberCause } from './flush.ts'
import { causePart } from './members.ts'
import { settle } from './timers.ts'
import { givenNow, touch } from './touch.ts'

type BodyOf<Kind extends Body['kind']> = Extract<Body, { kind: Kind }>

export const notOwner: Rejected = {
  reason: 'misrouted',
  detail: 'the profile has its owner elsewhere',
}

/** A home tells the state of a member. @throws RejectedMessage before anything changed when a part is malformed. */
export function foldMember(context: FoldContext, body: BodyOf<'member'>): Rejected | undefined {
  const { state } = context
  const { profile: id, fragment, whole } = body
  if (!ownPartition(context, id)) return notOwner
  const { cause, parts } = withoutCause(body.parts)
  const definition = definitionInForce(context)
  const held = state.profile(id)?.members.get(fragment)
  const content: FragmentContent = held ?? emptyContent()
  settle(context, id)
  const consentKnown = isConsentKnown(content, parts)
  const givenBefore = consentKnown ? undefined : givenNow(context, id)
  replaceParts(content, parts, whole, definition)
  state.meta.counters.membersReceived++
  const joined = whole && held === undefined
  if (isEmpty(content) && held === undefined) return undefined
  const profile = state.profile(id) ?? newProfile()
  if (isEmpty(content)) {
    profile.members.delete(fragment)
    state.leaveResidue()
  } else profile.members.set(fragment, content)
  state.putProfile(id, profile)
  touch(context, id, null, {
    cause: joined ? 'merge' : cause,
    at: state.meta.clock,
    changed: joined || whole ? null : changedBy(parts, definition),
    consentKnown,
    givenBefore,
    anew: joined || isEmpty(content),
  })
  return undefined
}

/** True when the parts say nothing about consent that counts. */
function isConsentKnown({ consent }: FragmentContent, parts: readonly StatePart[]): boolean {
  for (const { name, state } of parts) if (name === 'consent') return isSameWord(consent, state)
  return true
}

const causes: readonly MemberCause[] = ['event', 'import', 'erasure', 'expiry']

function withoutCause(parts: readonly StatePart[]): {
  readonly cause: MemberCause
  readonly parts: readonly StatePart[]
} {
  const told = parts.find(({ name }) => name === causePart)
  if (told === undefined) return { cause: 'event', parts }
  return {
    cause: causes.find((cause) => cause === told.state) ?? 'event',
    parts: parts.filter((part) => part !== told),
  }
}

/** A member belongs to another profile from now on. */
export function foldLeave(context: FoldContext, body: BodyOf<'leave'>): Rejected | undefined {
  const { state } = context
  const { profile: id, fragment } = body
  if (!ownPartition(context, id)) return notOwner
  if (!state.profile(id)?.members.has(fragment)) return undefined
  settle(context, id)
  const profile = state.profile(id)
  if (profile === undefined) return undefined
  profile.members.delete(fragment)
  // Whether it moves or is on its way to be erased, an owner is not told.
  state.leaveResidue()
  state.putProfile(id, profile)
  const cause: TransitionCause = isDissolved(context, id) ? 'merge' : 'split'
  touch(context, id, null, { cause, at: state.meta.clock, changed: null, anew: true })
  return undefined
}

/** A profile whose own fragment belongs to another one was merged into it, and its members follow. */
function isDissolved({ state }: FoldContext, id: ProfileId): boolean {
  const own = state.profile(id)?.own ?? null
  if (own === null) return false
  const fragment = state.fragment(own)
  return fragment !== undefined && fragment.assigned !== id
}
