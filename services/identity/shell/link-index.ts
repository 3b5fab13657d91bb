import type { FragmentId } from '#runtime/event/ids.ts'
import type { Store } from '#runtime/state/index.ts'
import type { LinkRole } from '../core/state.ts'

type IndexKey = [id: string, role: number, linkId: string]

/** Which evidence names an identifier: one row each, so that a busy identifier costs what is new. */
export interface LinkIndex {
  readonly of: (id: FragmentId, role: LinkRole) => readonly string[]
  readonly add: (id: FragmentId, role: LinkRole, linkId: string) => void
  readonly remove: (id: FragmentId, role: LinkRole, linkId: string) => void
  write(): void
  committed(): void
}

export type IndexStore = Store<IndexKey, null>

const roleOf: Readonly<Record<LinkRole, number>> = { joins: 0, named: 1 }

export function createLinkIndex(store: IndexStore): LinkIndex {
  /** Uncommitted: identifier and role -> link -> whether it is there. */
  const changed = new Map<string, Map<string, boolean>>()
  const change = (id: FragmentId, role: LinkRole, linkId: string, there: boolean): void => {
    const slot = `${roleOf[role]}${id}`
    const known = changed.get(slot)
    if (known) known.set(linkId, there)
    else changed.set(slot, new Map([[linkId, there]]))
  }
  return {
    of: (id, role) => {
      const place = roleOf[role]
      const changes = changed.get(`${place}${id}`)
      const found: string[] = []
      for (const [, , linkId] of store.keys({ from: [id, place, ''], to: [id, place + 1, ''] }))
        if (changes?.get(linkId) !== false) found.push(linkId)
      if (changes === undefined) return found
      const stored = new Set(found)
      for (const [linkId, there] of changes) if (there && !stored.has(linkId)) found.push(linkId)
      return found
    },
    add: (id, role, linkId) => change(id, role, linkId, true),
    remove: (id, role, linkId) => change(id, role, linkId, false),
    write() {
      for (const [slot, links] of changed) {
        const [role, id] = [Number(slot[0]), slot.slice(1)]
        for (const [linkId, there] of links)
          if (there) store.put([id, role, linkId], null)
          else store.remove([id, role, linkId])
      }
    },
    committed: () => changed.clear(),
  }
}
