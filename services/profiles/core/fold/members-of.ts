import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { sumContents, type Summed } from '../content/sum-contents.ts'
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
  profile.members.forEach((content, fragment) => {
    if (content.seen !== null) members.push([fragment, content])
  })
  return members.length < 2 ? members : members.toSorted(byFragment)
}

const byFragment = (a: Member, b: Member): number => (a[0] < b[0] ? -1 : 1)

/** The sum of members: of most profiles the content of their only one. */
export function sumMembers(members: readonly Member[], definition: CompiledDefinition): Summed {
  const [only] = members
  return only !== undefined && members.length === 1
    ? only[1]
    : sumContents(
        members.map(([, content]) => content),
        definition,
      )
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
