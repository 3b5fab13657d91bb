import type { Store } from '#runtime/state/index.ts'

/** A store with the uncommitted changes of a flush over it; what was read or written lately stays decoded. */
export interface Overlay<K extends string | number, V extends object> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly delete: (key: K) => void
  /** Rows that wait for a commit. */
  readonly waiting: () => number
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
  /** Of the keys asked for since the last commit, some that the store has not. */
  const absent = new Set<K>()
  const read = (key: K): V | undefined => {
    if (absent.has(key)) return undefined
    const value = store.get(key)
    if (value !== undefined) {
      hot.set(key, value)
      return value
    }
    if (absent.size >= absentMax) absent.clear()
    absent.add(key)
    return undefined
  }
  return {
    get: (key) => {
      const change = changed.get(key)
      if (change !== undefined) return change ?? undefined
      return hot.get(key) ?? read(key)
    },
    set: (key, value) => void changed.set(key, value),
    delete: (key) => void changed.set(key, null),
    waiting: () => changed.size,
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

/** What a link asks for and does not find it asks for again at once. */
const absentMax = 1000

interface Hot<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): void
}

/** Two generations, as in `createRecent`: what was used during the last half stays. Never holds more than `max`. */
function createHot<K, V>(max: number): Hot<K, V> {
  const half = Math.max(1, Math.floor(max / 2))
  let younger = new Map<K, V>()
  let elder = new Map<K, V>()
  const set = (key: K, value: V): void => {
    if (younger.size >= half && !younger.has(key)) {
      elder = younger
      younger = new Map()
    }
    younger.set(key, value)
  }
  return {
    get(key) {
      const young = younger.get(key)
      if (young !== undefined) return young
      const old = elder.get(key)
      if (old !== undefined) set(key, old)
      return old
    },
    set,
    delete(key) {
      younger.delete(key)
      elder.delete(key)
    },
  }
}
