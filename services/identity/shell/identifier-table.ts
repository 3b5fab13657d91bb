import type { Store } from '#runtime/state/index.ts'
import { createAbsent } from './absent.ts'
import { createHot } from './hot.ts'
import { type Identifier, newIdentifier } from './identifiers.ts'

/** Rows of identifiers, which nearly every step of the fold asks for. What was used lately stays decoded. */
export interface IdentifierTable {
  get(id: string): Identifier | undefined
  /** To be changed: it is written with the next commit. Made when there is none. */
  change(id: string): Identifier
  /** Inside of the environment's commit. */
  write(): void
  /** After the commit. */
  committed(): void
}

/** @param hotMax rows that are kept decoded, beside those that wait for a commit. */
export function createIdentifierTable(
  store: Store<string, Identifier>,
  hotMax: number,
): IdentifierTable {
  /** Changed since the last commit, and those of them that are not hot any more. */
  const changed: Changed[] = []
  const pinned = new Map<string, Identifier>()
  const absent = createAbsent<string>()
  const hot = createHot<string, Identifier>(hotMax, (generation) => {
    for (const [id, identifier] of generation) if (identifier.isChanged) pinned.set(id, identifier)
  })

  function read(id: string): Identifier | undefined {
    const waiting = pinned.get(id)
    if (waiting !== undefined) return waiting
    if (absent.has(id)) return undefined
    const identifier = store.get(id)
    if (identifier === undefined) absent.add(id)
    else hot.set(id, identifier)
    return identifier
  }
  const get = (id: string): Identifier | undefined => hot.get(id) ?? read(id)
  const made = (id: string): Identifier => {
    const identifier = newIdentifier()
    hot.set(id, identifier)
    return identifier
  }

  return {
    get,
    change(id) {
      const identifier = get(id) ?? made(id)
      if (!identifier.isChanged) {
        identifier.isChanged = true
        changed.push([id, identifier])
      }
      return identifier
    },
    write() {
      // In the order of the tree: neighbours share pages, and each page is copied once.
      changed.sort(byId)
      for (const [id, identifier] of changed) store.put(id, identifier)
    },
    committed() {
      for (const [, identifier] of changed) identifier.isChanged = false
      changed.length = 0
      pinned.clear()
      absent.clear()
    },
  }
}

type Changed = readonly [id: string, identifier: Identifier]

const byId = ([a]: Changed, [b]: Changed): number => (a < b ? -1 : 1)
