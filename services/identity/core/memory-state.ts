import type { FragmentId } from '#runtime/event/ids.ts'
import { createAges } from './ages.ts'
import {
  type Component,
  type Evidence,
  type LinkerNode,
  type LinkerState,
  type LinkRole,
  newLinkerMeta,
} from './state.ts'

export interface MemoryState extends LinkerState {
  /** Representatives of all profiles that some evidence names, those of one identifier included; first in the log first. */
  profiles(): readonly FragmentId[]
}

/** State in plain maps: for offline runs and tests. */
export function createMemoryState(generation = 0): MemoryState {
  const nodes = new Map<FragmentId, LinkerNode>()
  const components = new Map<FragmentId, Component>()
  const evidence = new Map<string, Evidence>()
  const sets = new Map<string, string>()
  const ages = createAges()
  /** Most identifiers have one link of a role, which then needs no set. */
  const links: Record<LinkRole, Map<FragmentId, string | Set<string>>> = {
    joins: new Map(),
    named: new Map(),
  }
  return {
    meta: newLinkerMeta(generation),
    profiles: () =>
      [...nodes]
        .filter(
          ([id, { component }]) =>
            component === id && (links.joins.has(id) || links.named.has(id) || components.has(id)),
        )
        .toSorted(([a, x], [b, y]) => x.first - y.first || (a < b ? -1 : 1))
        .map(([id]) => id),
    node: (id) => nodes.get(id),
    putNode: (id, node) => void nodes.set(id, node),
    component: (id) => components.get(id),
    putComponent: (id, component) => void components.set(id, component),
    deleteComponent: (id) => void components.delete(id),
    evidence: (linkId) => evidence.get(linkId),
    putEvidence: (linkId, value) => void evidence.set(linkId, value),
    deleteEvidence: (linkId) => void evidence.delete(linkId),
    hasSet: (set) => sets.has(set),
    linkOfSet: (set) => sets.get(set),
    putSet: (set, linkId) => void sets.set(set, linkId),
    deleteSet: (set) => void sets.delete(set),
    linksOf(id, role) {
      const known = links[role].get(id)
      if (known === undefined) return []
      return typeof known === 'string' ? [known] : [...known]
    },
    eachLink(id, role) {
      const known = links[role].get(id)
      return typeof known === 'string' ? [known] : (known ?? [])
    },
    addLink(id, role, linkId) {
      const known = links[role].get(id)
      if (known === undefined) links[role].set(id, linkId)
      else if (typeof known === 'string') links[role].set(id, new Set([known, linkId]))
      else known.add(linkId)
    },
    removeLink(id, role, linkId) {
      const known = links[role].get(id)
      if (known === linkId) links[role].delete(id)
      else if (typeof known === 'object') known.delete(linkId)
    },
    leaveResidue: () => undefined,
    addAge: ages.add,
    removeAge: ages.remove,
    agedUntil: (until, max) => ages.until(until, max).map(({ linkId }) => linkId),
  }
}
