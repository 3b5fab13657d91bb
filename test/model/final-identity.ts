import type { FragmentId } from '#runtime/event/ids.ts'
import { linkerPolicy } from '../../services/identity/core/policy.ts'
import { NaiveLinker } from '../../services/identity/core/testing/naive-linker.ts'
import { policyOf } from './identity-host.ts'
import { linksOf, type World } from './world.ts'

/**
 * Who is one person after everything that the decision log says, by a reference that shares nothing with the linker but the policy: a
 * union-find that walks all that was ever said.
 */
export function finalIdentity(world: World): NaiveLinker {
  const identity = new NaiveLinker(linkerPolicy(policyOf(world)))
  for (const { record } of linksOf(world)) identity.fold(record)
  return identity
}

/** The survivor of each identifier. */
export const survivors = (
  world: World,
  identity: NaiveLinker,
): ReadonlyMap<FragmentId, FragmentId> =>
  new Map(
    world.identifiers.map((id) => [
      id,
      world.identifiers.find((other) => other === identity.representative(id)) ?? id,
    ]),
  )
