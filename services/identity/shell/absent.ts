/** Keys that a store was asked for in vain since its last commit: what a link asks for and does not find it asks for again at once. */
export interface Absent<K> {
  has(key: K): boolean
  add(key: K): void
  clear(): void
}

export const absentMax = 1000

export function createAbsent<K>(): Absent<K> {
  const keys = new Set<K>()
  return {
    has: (key) => keys.has(key),
    add(key) {
      if (keys.size >= absentMax) keys.clear()
      keys.add(key)
    },
    clear: () => keys.clear(),
  }
}
