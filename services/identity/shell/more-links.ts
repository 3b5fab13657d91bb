import type { FragmentId } from '#runtime/event/ids.ts'
import type { Store } from '#runtime/state/index.ts'
import type { LinkRole } from '../core/state.ts'

type Key = [id: string, role: number, linkId: string]

/** References of busy identifiers beyond those in their own rows: a row each, with the offset of the evidence. */
export interface MoreLinks {
  readonly of: (id: FragmentId, role: LinkRole) => ReadonlyMap<string, number>
  /** The same, read as far as they are asked for. */
  readonly each: (
    id: FragmentId,
    role: LinkRole,
  ) => Iterable<readonly [linkId: string, offset: number]>
  readonly add: (id: FragmentId, role: LinkRole, linkId: string, offset: number) => void
  readonly remove: (id: FragmentId, role: LinkRole, linkId: string) => void
  write(): void
  committed(): void
}

export type MoreLinksStore = Store<Key, number>

const roleOf: Readonly<Record<LinkRole, number>> = { joins: 0, named: 1 }

/** Rows that are read in one go where few may be enough. */
const readAtOnce = 50

export function createMoreLinks(store: MoreLinksStore): MoreLinks {
  /** Uncommitted: role and identifier -> link -> offset; null: removed. */
  const changed = new Map<string, Map<string, number | null>>()
  const change = (id: FragmentId, role: LinkRole, linkId: string, offset: number | null): void => {
    const slot = `${roleOf[role]}${id}`
    const known = changed.get(slot)
    if (known) known.set(linkId, offset)
    else changed.set(slot, new Map([[linkId, offset]]))
  }
  return {
    of: (id, role) => {
      const place = roleOf[role]
      const found = new Map<string, number>()
      for (const { key, value } of store.entries({
        from: [id, place, ''],
        to: [id, place + 1, ''],
      }))
        found.set(key[2], value)
      for (const [linkId, offset] of changed.get(`${place}${id}`) ?? [])
        if (offset === null) found.delete(linkId)
        else found.set(linkId, offset)
      return found
    },
    *each(id, role) {
      const place = roleOf[role]
      const changes = changed.get(`${place}${id}`)
      for (const [linkId, offset] of changes ?? []) if (offset !== null) yield [linkId, offset]
      // A piece at a time, each read whole: nothing stays open when nobody asks for the next.
      let from: Key = [id, place, '']
      for (;;) {
        const rows = [...store.entries({ from, to: [id, place + 1, ''], limit: readAtOnce })]
        for (const { key, value } of rows)
          if (key[2] !== from[2] && changes?.has(key[2]) !== true) yield [key[2], value]
        const last = rows.at(-1)
        if (last === undefined || rows.length < readAtOnce) return
        from = last.key
      }
    },
    add: change,
    remove: (id, role, linkId) => change(id, role, linkId, null),
    write() {
      for (const slot of [...changed.keys()].toSorted()) {
        const [role, id] = [Number(slot[0]), slot.slice(1)]
        for (const [linkId, offset] of changed.get(slot) ?? [])
          if (offset === null) store.remove([id, role, linkId])
          else store.put([id, role, linkId], offset)
      }
    },
    committed: () => changed.clear(),
  }
}
