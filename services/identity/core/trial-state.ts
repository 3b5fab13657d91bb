import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import type { Component, Evidence, LinkerNode, LinkerState, LinkRole } from './state.ts'

/** A state that may be changed without changing the one under it. */
export interface Trial {
  readonly state: LinkerState
  /** Carries what was put over to the state under it. */
  keep(): void
}

interface Layer<V> {
  readonly get: (key: string) => V | undefined
  readonly put: (key: string, value: V) => void
  readonly remove: (key: string) => void
  /** What was put; null: removed. */
  readonly changed: ReadonlyMap<string, V | null>
}

/** Objects that are read may be changed in place: what lies under must not see it before it is put. */
function layer<V>(under: (key: string) => V | undefined): Layer<V> {
  const read = new Map<string, V | undefined>()
  const changed = new Map<string, V | null>()
  return {
    changed,
    get(key) {
      const change = changed.get(key)
      if (change !== undefined) return change ?? undefined
      if (!read.has(key)) read.set(key, structuredClone(under(key)))
      return read.get(key)
    },
    put: (key, value) => void changed.set(key, value),
    remove: (key) => void changed.set(key, null),
  }
}

interface Membership<T> {
  readonly item: T
  there: boolean
}

/** For plans and dry runs: decides as the state under it would, and leaves it alone until `keep`. */
export function createTrial(base: LinkerState): Trial {
  const nodes = layer<LinkerNode>((id) => base.node(fragmentOf(id)))
  const components = layer<Component>((id) => base.component(fragmentOf(id)))
  const evidence = layer<Evidence>((linkId) => base.evidence(linkId))
  const sets = layer<string>((set) => base.linkOfSet(set))
  const links = new Map<string, Membership<readonly [FragmentId, LinkRole, string]>>()
  const linksBySlot = new Map<string, Set<string>>()
  const ages = new Map<string, Membership<readonly [EpochMs, string]>>()
  const meta = structuredClone(base.meta)

  const change = (id: FragmentId, role: LinkRole, linkId: string, there: boolean): void => {
    links.set(`${role} ${id} ${linkId}`, { item: [id, role, linkId], there })
    const slot = `${role} ${id}`
    linksBySlot.set(slot, (linksBySlot.get(slot) ?? new Set()).add(linkId))
  }

  const linksOf = (id: FragmentId, role: LinkRole): readonly string[] => {
    const found = new Set(base.linksOf(id, role))
    for (const linkId of linksBySlot.get(`${role} ${id}`) ?? [])
      if (links.get(`${role} ${id} ${linkId}`)?.there) found.add(linkId)
      else found.delete(linkId)
    return [...found]
  }

  const state: LinkerState = {
    meta,
    node: nodes.get,
    putNode: nodes.put,
    component: components.get,
    putComponent: components.put,
    deleteComponent: components.remove,
    evidence: evidence.get,
    putEvidence: evidence.put,
    deleteEvidence: evidence.remove,
    hasSet: (set) => sets.get(set) !== undefined,
    linkOfSet: sets.get,
    putSet: sets.put,
    deleteSet: sets.remove,
    linksOf,
    eachLink: linksOf,
    addLink: (id, role, linkId) => change(id, role, linkId, true),
    removeLink: (id, role, linkId) => change(id, role, linkId, false),
    leaveResidue: () => undefined,
    addAge: (at, linkId) => void ages.set(`${at} ${linkId}`, { item: [at, linkId], there: true }),
    removeAge: (at, linkId) =>
      void ages.set(`${at} ${linkId}`, { item: [at, linkId], there: false }),
    agedUntil(until, max) {
      const changes = [...ages.values()]
      const gone = new Set(changes.filter(({ there }) => !there).map(({ item }) => item[1]))
      const added = changes.filter(({ item, there }) => there && item[0] <= until)
      const stayed = base
        .agedUntil(until, max + gone.size)
        .filter((linkId) => !gone.has(linkId))
        .map((linkId): readonly [number, string] => [base.evidence(linkId)?.seenAt ?? 0, linkId])
      return [...stayed, ...added.map(({ item }) => item)]
        .toSorted(([a, x], [b, y]) => a - b || (x < y ? -1 : 1))
        .slice(0, max)
        .map(([, linkId]) => linkId)
    },
  }

  return {
    state,
    keep() {
      Object.assign(base.meta, meta, { counters: base.meta.counters, sizes: base.meta.sizes })
      Object.assign(base.meta.counters, meta.counters)
      Object.assign(base.meta.sizes, meta.sizes)
      for (const [id, node] of nodes.changed) if (node) base.putNode(fragmentOf(id), node)
      for (const [id, component] of components.changed)
        if (component === null) base.deleteComponent(fragmentOf(id))
        else base.putComponent(fragmentOf(id), component)
      for (const [linkId, said] of evidence.changed)
        if (said === null) base.deleteEvidence(linkId)
        else base.putEvidence(linkId, said)
      for (const [set, linkId] of sets.changed)
        if (linkId === null) base.deleteSet(set)
        else base.putSet(set, linkId)
      for (const { item, there } of links.values())
        if (there) base.addLink(...item)
        else base.removeLink(...item)
      for (const { item, there } of ages.values())
        if (there) base.addAge(...item)
        else base.removeAge(...item)
    },
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of these layers are fragments
const fragmentOf = (key: string): FragmentId => key as FragmentId
