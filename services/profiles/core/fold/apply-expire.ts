import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { Body } from '#runtime/log/messages.ts'
import { newFragment } from './apply-event.ts'
import { end, type Ending, forgetLife, moveTo, notHome } from './apply-identity.ts'
import { type FoldContext, ownPartition, type Rejected, sendToOwner } from './context.ts'
import { causePart } from './members.ts'

type Expire = Extract<Body, { kind: 'expire' }>

/**
 * The linker lets a silent profile go, of which this is a member: from here on it is on its own, and what it knew goes. Something newer, on its way
 * while the linker was asked, keeps all of it.
 */
export function foldExpire(context: FoldContext, body: Expire): Rejected | undefined {
  const { state } = context
  const { fragment: id, newestReceivedAt: until } = body
  const birth = context.birthId(id)
  if (!ownPartition(context, birth)) return notHome
  if (context.input.origin?.kind === 'events') return foldExpiredBefore(context, id, birth, until)
  const fragment = state.fragment(id) ?? newFragment(birth)
  const { seen } = fragment.content
  if (seen !== null && seen.newestReceivedAt > until) {
    moveTo(context, id, birth, fragment, birth)
    return undefined
  }
  // Told once more, as after a crash of the linker.
  const isNews = seen !== null || fragment.assigned !== birth || until > fragment.expiredAt
  if (!isNews) return undefined
  if (seen !== null) state.meta.counters.expired++
  const ending = { id, birth, fragment, until, cause: 'expiry' } as const
  if (fragment.assigned === birth && seen !== null) end(context, ending)
  else leave(context, ending)
  if (state.meta.live) context.flush.expiries.push({ fragment: id, expiredAt: fragment.expiredAt })
  return undefined
}

/** No profile of its own ends. The owner of the one that it was a member of hears why it goes: a Leave would make it look like a split. */
function leave(context: FoldContext, ending: Ending): void {
  const { id, birth, fragment, cause } = ending
  const { assigned } = fragment
  if (assigned !== birth)
    sendToOwner(context, assigned, {
      kind: 'member',
      profile: assigned,
      fragment: id,
      whole: true,
      parts: [{ name: causePart, state: cause }],
    })
  fragment.assigned = birth
  forgetLife(context, ending)
}

/** An expiry that the live generation decided, told before any event of the life after it. */
function foldExpiredBefore(
  context: FoldContext,
  id: FragmentId,
  birth: ProfileId,
  until: Expire['newestReceivedAt'],
): undefined {
  const { state } = context
  const known = state.fragment(id)
  if (known === undefined) {
    state.putFragment(id, { ...newFragment(birth), expiredAt: until })
    return undefined
  }
  if (known.expiredAt >= until) return undefined
  const newest = known.content.seen?.newestReceivedAt ?? -1
  if (newest >= 0 && newest <= until)
    end(context, { id, birth, fragment: known, until, cause: 'expiry' })
  else {
    known.expiredAt = until
    state.putFragment(id, known)
  }
  return undefined
}
