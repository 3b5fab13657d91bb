import { fnv1a } from '#runtime/digest/fnv1a.ts'
import { type EpochMs, type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { componentOf, type Fold, nodeOf } from './fold.ts'
import type { Meeting } from './state.ts'

/**
 * Notes which profiles a link brings together, and returns the values that have by now linked more of them than the policy allows in its
 * window. Of the identifiers of one profile the best speaks for it, so that a login with many browsers does not cost its owner an
 * address. Joined or refused, a profile counts; seen again in the window it counts once.
 */
export function valuesInExcess(
  fold: Fold,
  ids: readonly FragmentId[],
  at: EpochMs,
): readonly FragmentId[] {
  const speakers = new Map<FragmentId, FragmentId>()
  for (const id of ids) {
    const component = componentOf(fold, id)
    if (!speakers.has(component)) speakers.set(component, id)
  }
  if (speakers.size < 2) return []
  const digests = new Map(Array.from(speakers.keys(), (component) => [component, fnv1a(component)]))
  const excess: FragmentId[] = []
  for (const [own, id] of speakers) {
    const block = fold.policy.automaticBlock(typeOf(id))
    if (block === null) continue
    const node = nodeOf(fold, id)
    const since = at - block.windowMs
    const met = node.met.filter(([, seenAt]) => seenAt > since)
    for (const [component, profile] of digests) if (component !== own) meet(met, profile, at)
    node.met = met
    fold.state.putNode(id, node)
    if (node.met.length > block.profiles) excess.push(id)
  }
  return excess
}

function meet(met: Meeting[], profile: number, at: EpochMs): void {
  const known = met.find(([other]) => other === profile)
  if (known === undefined) met.push([profile, at])
  else if (at > known[1]) known[1] = at
}
