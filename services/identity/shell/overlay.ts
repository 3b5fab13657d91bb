import { LRUCache } from 'lru-cache'
import type { Store } from '#runtime/state/index.ts'

/** A store with the uncommitted changes of a flush over it; what was read or written lately stays decoded. */
export interface Overlay<V extends object> {
  readonly get: (key: string) => V | undefined
  readonly set: (key: string, value: V) => void
  readonly delete: (key: string) => void
  /** Inside of the environment's commit. */
  write(): void
  /** After the commit. */
  committed(): void
}

export function createOverlay<V extends object>(
  store: Store<string, V>,
  hotMax: number,
): Overlay<V> {
  const hot = new LRUCache<string, V>({ max: hotMax })
  /** null: deleted. */
  const changed = new Map<string, V | null>()
  return {
    get: (key) => {
      const change = changed.get(key)
      if (change !== undefined) return change ?? undefined
      const known = hot.get(key)
      if (known !== undefined) return known
      const value = store.get(key)
      if (value !== undefined) hot.set(key, value)
      return value
    },
    set: (key, value) => void changed.set(key, value),
    delete: (key) => void changed.set(key, null),
    write() {
      for (const [key, value] of changed)
        if (value === null) store.remove(key)
        else store.put(key, value)
    },
    committed() {
      for (const [key, value] of changed)
        if (value === null) hot.delete(key)
        else hot.set(key, value)
      changed.clear()
    },
  }
}
