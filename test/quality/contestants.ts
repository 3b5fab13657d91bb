import { type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { createLinker } from '../../services/identity/core/linker.ts'
import { createMemoryState } from '../../services/identity/core/memory-state.ts'
import type { Arrival } from './arrivals.ts'
import { createUnionFind } from './union-find.ts'

/** A way to find out who is one person. */
export interface Contestant {
  /** `junk`: all values so far that are nobody's, as the world knows. */
  take(arrival: Arrival, junk: ReadonlySet<FragmentId>): void
  profileOf(id: FragmentId): string
  /** Joins that a junk value took part in. */
  junkMerges(): number
  /** By outcome and rule, where there are rules. */
  decisions(): ReadonlyMap<string, number>
}

/** The production linker, in memory, under one policy from the start. */
export function createTributary(policy: IdentityPolicy): Contestant {
  const state = createMemoryState()
  const linker = createLinker({ state, policies: () => policy, birthProfileId })
  const decisions = new Map<string, number>()
  let offset = 0
  let junkMerges = 0
  return {
    take({ link }, junk) {
      if (link === null) return
      for (const effect of linker.fold({ offset, key: String(offset), record: link })) {
        if (effect.kind !== 'decision') continue
        const { outcome, rule, identifiers } = effect.decision
        const name = `${outcome} ${rule}`
        decisions.set(name, (decisions.get(name) ?? 0) + 1)
        if (outcome === 'merge' && identifiers.some((id) => junk.has(id))) junkMerges += 1
      }
      offset += 1
    },
    profileOf: (id) => state.node(id)?.component ?? id,
    junkMerges: () => junkMerges,
    decisions: () => decisions,
  }
}

/** No rule: whatever ever stood in one event is one person. It shows what the rules are for. */
export function createNaive(): Contestant {
  const people = createUnionFind()
  let junkMerges = 0
  return {
    take({ event }, junk) {
      const ids = event?.identifiers.map(({ id }) => id) ?? []
      const joins = people.join(ids)
      if (ids.some((id) => junk.has(id))) junkMerges += joins
    },
    profileOf: (id) => people.rootOf(id),
    junkMerges: () => junkMerges,
    decisions: () => new Map(),
  }
}
