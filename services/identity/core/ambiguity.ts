import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { reach } from './evidence.ts'
import { componentOf, findNode, type Fold, membersOf, nodeOf } from './fold.ts'

/** Notes who a device was used by, and returns the devices that the set shows with a second unique value of another profile. */
export function sharedDevices(fold: Fold, ids: readonly FragmentId[]): readonly FragmentId[] {
  const { policy, state } = fold
  const shared: FragmentId[] = []
  for (const device of ids) {
    if (!policy.isDevice(typeOf(device))) continue
    const node = nodeOf(fold, device)
    for (const unique of ids) {
      const type = typeOf(unique)
      if (!policy.isUnique(type)) continue
      const before = node.seenWith.find((id) => typeOf(id) === type)
      if (before === undefined) {
        node.seenWith = [...node.seenWith, unique]
        state.putNode(device, node)
      } else if (componentOf(fold, before) !== componentOf(fold, unique)) {
        shared.push(device)
        break
      }
    }
  }
  return shared
}

/**
 * The devices that alone connect `id` with a value of `type` in its component: when that value turns out to be another person's, they
 * are what two people share. null: something better than a device connects them.
 */
export function devicesBetween(
  fold: Fold,
  id: FragmentId,
  type: string,
): readonly FragmentId[] | null {
  const { policy, state } = fold
  if (policy.isDevice(typeOf(id))) return [id]
  if (typeOf(id) === type) return null
  const members = membersOf(fold, componentOf(fold, id))
  const inside = new Set(members)
  const border = new Set<FragmentId>()
  const near = reach(
    state,
    id,
    (next) => {
      if (!inside.has(next)) return false
      if (!policy.isDevice(typeOf(next))) return true
      border.add(next)
      return false
    },
    (next) => typeOf(next) === type,
  )
  for (const reached of near) if (typeOf(reached) === type) return null
  const leadsAway = (device: FragmentId): boolean =>
    state
      .linksOf(device, 'joins')
      .some((linkId) =>
        state
          .evidence(linkId)
          ?.ids.some((other) => other !== device && inside.has(other) && !near.has(other)),
      )
  const between = members.filter((member) => border.has(member) && leadsAway(member))
  return between.length === 0 ? null : between
}

/** A device remembers only whom some evidence still names beside it: what nothing names could never be found again. */
export function forgetCompany(fold: Fold, id: FragmentId): void {
  const { state } = fold
  if ((findNode(fold, id)?.seenWith.length ?? 0) === 0) return
  const node = nodeOf(fold, id)
  const nowhere = new Set(node.seenWith)
  for (const role of ['joins', 'named'] as const)
    for (const linkId of state.eachLink(id, role)) {
      const said = state.evidence(linkId)
      for (const other of nowhere)
        if (said?.ids.includes(other) === true || said?.others.includes(other) === true)
          nowhere.delete(other)
      if (nowhere.size === 0) return
    }
  node.seenWith = node.seenWith.filter((other) => !nowhere.has(other))
  state.putNode(id, node)
}
