import { detached } from './detached.ts'

/** Answers of a function of one text that are given again and again. */
export interface Known<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  readonly size: number
}

/** Longer keys are rare, and a flood of them may not fill the memory: their answers are worked out each time. */
export const knownKeyLengthMax = 256

/**
 * Keeps at most `entriesMax` answers and forgets all of them at once when one more comes: for keys that are few unless somebody makes them up. The
 * cheapest look-up there is, where `createRecent` keeps what was asked for lately.
 */
export function createKnown<Value>(entriesMax: number): Known<Value> {
  const entries = new Map<string, Value>()
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      if (key.length > knownKeyLengthMax) return
      if (entries.size >= entriesMax && !entries.has(key)) entries.clear()
      entries.set(detached(key), value)
    },
    get size() {
      return entries.size
    },
  }
}
