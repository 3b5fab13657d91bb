import { epochMs, type EpochMs, type ProfileId, typeOf } from '#runtime/event/ids.ts'
import { earlier } from '../segments/decide-segment.ts'
import type { Profile } from '../state.ts'
import { definitionInForce, type FoldContext, nextEffectPosition } from './context.ts'
import { type Member, memberContents } from './members-of.ts'

/**
 * When a profile of nobody known has been silent for too long: after the newest of what was received, or after the linker was last asked. null: never, or not in
 * a generation that is built, which hears of it from the one that serves.
 */
export function expiryDue(
  context: FoldContext,
  { askedAt }: Profile,
  members: readonly Member[],
): EpochMs | null {
  const { expire } = definitionInForce(context)
  if (expire === null || !context.state.meta.live) return null
  let since = askedAt ?? epochMs(0)
  for (const [id, { seen }] of members) {
    if (!expire.types.has(typeOf(id))) return null
    if (seen !== null && seen.newestReceivedAt > since) since = seen.newestReceivedAt
  }
  return epochMs(since + expire.anonymousMs)
}

/** Asks the linker to let a profile go that is due by `at`. It alone knows whether somebody known has joined, and answers its members' homes. */
export function askIfSilent(context: FoldContext, id: ProfileId, at: EpochMs): void {
  const { state, generation, partition } = context
  const profile = state.profile(id)
  const { expire } = definitionInForce(context)
  if (profile === undefined || expire === null) return
  const members = memberContents(context, id, profile)
  const due = members.length === 0 ? null : expiryDue(context, profile, members)
  if (due === null || due > at) return
  profile.askedAt = state.meta.clock
  state.putProfile(id, profile)
  state.meta.counters.expiriesAsked++
  context.flush.links.push({
    kind: 'expire',
    linkId: context.hash(`expire ${id} ${context.version}`),
    sender: { generation, partition, position: nextEffectPosition(context) },
    fragments: members.map(([fragment]) => fragment),
    types: [...expire.types].toSorted(),
    receivedAt: members.reduce<EpochMs>(
      (newest, [, { seen }]) =>
        seen !== null && seen.newestReceivedAt > newest ? seen.newestReceivedAt : newest,
      epochMs(0),
    ),
    logTime: state.meta.clock,
  })
}

/** Sets the timer of a profile that was built without one for its expiry. Nothing else of it changes. */
export function armExpiry(context: FoldContext, id: ProfileId): void {
  const { state } = context
  const profile = state.profile(id)
  if (profile === undefined) return
  const members = memberContents(context, id, profile)
  const due = members.length === 0 ? null : expiryDue(context, profile, members)
  const timer = earlier(profile.timer, due)
  if (timer === profile.timer) return
  profile.timer = timer
  state.putProfile(id, profile)
}
