import type { FragmentId } from '#runtime/event/ids.ts'

/**
 * What identity is without rules: whatever ever stood in one event is one person. The figures beside the linker's, to show what the rules
 * are for.
 */
export interface UnionFind {
  /** @returns How many joins the set made. */
  join(ids: readonly FragmentId[]): number
  rootOf(id: FragmentId): FragmentId
}

export function createUnionFind(): UnionFind {
  const parents = new Map<FragmentId, FragmentId>()
  const rootOf = (id: FragmentId): FragmentId => {
    let at = id
    for (;;) {
      const parent = parents.get(at)
      if (parent === undefined || parent === at) return at
      const above = parents.get(parent) ?? parent
      parents.set(at, above)
      at = above
    }
  }
  return {
    join([first, ...rest]) {
      if (first === undefined) return 0
      let joins = 0
      for (const id of rest) {
        const [a, b] = [rootOf(first), rootOf(id)]
        if (a === b) continue
        parents.set(b, a)
        joins += 1
      }
      return joins
    },
    rootOf,
  }
}
