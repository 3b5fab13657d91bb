/** Values that were used lately, by key. */
export interface Hot<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): void
}

/**
 * Two generations, as in `createRecent`: what was used during the last half stays. Never holds more than `max`.
 * @param dropped told of each generation that is forgotten.
 */
export function createHot<K, V>(
  max: number,
  dropped: (generation: ReadonlyMap<K, V>) => void = () => undefined,
): Hot<K, V> {
  const half = Math.max(1, Math.floor(max / 2))
  let younger = new Map<K, V>()
  let elder = new Map<K, V>()
  const set = (key: K, value: V): void => {
    if (younger.size >= half && !younger.has(key)) {
      dropped(elder)
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
      if (old !== undefined) {
        elder.delete(key)
        set(key, old)
      }
      return old
    },
    set,
    delete(key) {
      younger.delete(key)
      elder.delete(key)
    },
  }
}
