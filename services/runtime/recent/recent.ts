import { detached } from './detached.ts'

/** What was asked for lately, for answers that cost more than a look-up. undefined is no answer. */
export interface Recent<Value> {
  get(kind: string, key: string): Value | undefined
  set(kind: string, key: string, value: Value): void
}

/** Longer keys are rare, and a flood of them may not fill the memory: what they stand for is worked out each time. */
const keyLengthMax = 256

/**
 * Two generations: the younger takes what is new or asked for again; when it holds half of `entriesMax`, the elder is forgotten and it
 * takes its place. So what was asked for during the last half stays, as in a list by last use, and finding it is a look-up in a map,
 * where a list would be mended at each. Never holds more than `entriesMax` entries, of all kinds together. A kind beside the key, because
 * a text that is put together for each look-up costs more than the look-up.
 */
export function createRecent<Value>(entriesMax: number): Recent<Value> {
  const half = Math.max(1, Math.floor(entriesMax / 2))
  let younger = new Map<string, Map<string, Value>>()
  let elder = new Map<string, Map<string, Value>>()
  let inYounger = 0
  const set = (kind: string, key: string, value: Value): void => {
    if (key.length > keyLengthMax) return
    if (inYounger >= half) {
      elder = younger
      younger = new Map()
      inYounger = 0
    }
    let ofKind = younger.get(kind)
    if (ofKind === undefined) younger.set(kind, (ofKind = new Map<string, Value>()))
    ofKind.set(detached(key), value)
    inYounger += 1
  }
  return {
    get(kind, key) {
      const young = younger.get(kind)?.get(key)
      if (young !== undefined) return young
      const old = elder.get(kind)?.get(key)
      if (old !== undefined) set(kind, key, old)
      return old
    },
    set,
  }
}
