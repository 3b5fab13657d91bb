import type { Store } from '#runtime/state/index.ts'
import { createAbsent } from './absent.ts'
import { createHot } from './hot.ts'

/** A store with the uncommitted changes of a flush over it; what was read or written lately stays decoded. */
export interface Overlay<K extends string | number, V extends object> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly delete: (key: K) => void
  /** Inside of the environment's commit. */
  write(): void
  /** After the commit. */
  committed(): void
}

const compare = <K extends string | number>(a: K, b: K): number => (a < b ? -1 : a > b ? 1 : 0)

/** @param hotMax values that are kept decoded, beside those that wait for a commit. */
export function createOverlay<K extends string | number, V extends object>(
  store: Store<K, V>,
  hotMax: number,
): Overlay<K, V> {
  let last = store.lastKey()
  const hot = createHot<K, V>(hotMax)
  /** null: deleted. */
  const changed = new Map<K, V | null>()
  const absent = createAbsent<K>()
  const read = (key: K): V | undefined => {
    if (absent.has(key)) return undefined
    const value = store.get(key)
    if (value === undefined) absent.add(key)
    else hot.set(key, value)
    return value
  }
  return {
    get: (key) => {
      const change = changed.get(key)
      if (change !== undefined) return change ?? undefined
      return hot.get(key) ?? read(key)
    },
    set: (key, value) => void changed.set(key, value),
    delete: (key) => void changed.set(key, null),
    write() {
      // In the order of the tree: neighbours share pages, and each page is copied once.
      for (const key of [...changed.keys()].toSorted(compare)) {
        const value = changed.get(key) ?? null
        if (value === null) store.remove(key)
        else if (last !== undefined && key <= last) store.put(key, value)
        else {
          store.append(key, value)
          last = key
        }
      }
    },
    committed() {
      for (const [key, value] of changed)
        if (value === null) hot.delete(key)
        else hot.set(key, value)
      changed.clear()
      absent.clear()
    },
  }
}
