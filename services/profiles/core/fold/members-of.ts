import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { FragmentContent, Profile } from '../state.ts'
import type { FoldContext } from './context.ts'

export type Member = readonly [FragmentId, FragmentContent]

const none: readonly Member[] = []

/** Members with a state, in id order: the order of a sum must not depend on the order of arrival. */
export function memberContents(
  context: Pick<FoldContext, 'state'>,
  id: ProfileId,
  profile: Profile,
): readonly Member[] {
  const own = ownContent(context, id, profile)
  if (profile.members.size === 0) return own === null ? none : [own]
  const members: Member[] = own === null ? [] : [own]
  for (const entry of profile.members) if (entry[1].seen !== null) members.push(entry)
  return members.length < 2 ? members : members.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function ownContent(
  context: Pick<FoldContext, 'state'>,
  id: ProfileId,
  profile: Profile,
): Member | null {
  if (profile.own === null) return null
  const fragment = context.state.fragment(profile.own)
  if (fragment === undefined || fragment.assigned !== id || fragment.content.seen === null)
    return null
  return [profile.own, fragment.content]
}
