/** Keys of one window that are counted by themselves: so many share the space; a key above 1/64 of all messages is always among them. */
export const hotKeysMax = 64

export interface HotKey {
  readonly key: string
  /** At most so many messages; at least `count - error`. */
  readonly count: number
  readonly error: number
}

export interface HotWindow {
  /** All messages of the window. */
  readonly total: number
  /** Most frequent first. */
  readonly top: readonly HotKey[]
}

/** The most frequent keys among the messages of the last window, in bounded space. */
export interface HotKeys {
  /** `weight`: how many messages this one stands for, where not every one is looked at. */
  add(key: string, weight?: number): void
  /** The last whole window, or what there is of the first one. Called at the borders of batches and reports: it turns the window. */
  window(now: number): HotWindow
}

interface Sketch {
  readonly slots: Map<string, number>
  readonly keys: string[]
  readonly counts: number[]
  readonly errors: number[]
  total: number
}

const newSketch = (): Sketch => ({ slots: new Map(), keys: [], counts: [], errors: [], total: 0 })

/** Space-saving (Metwally, Agrawal, El Abbadi 2005): a key that has no place takes that of the rarest, and inherits its count as error. */
function count(sketch: Sketch, key: string, weight: number): void {
  const { slots, keys, counts, errors } = sketch
  sketch.total += weight
  const slot = slots.get(key)
  if (slot !== undefined) {
    counts[slot] = (counts[slot] ?? 0) + weight
    return
  }
  if (keys.length < hotKeysMax) {
    slots.set(key, keys.length)
    keys.push(key)
    counts.push(weight)
    errors.push(0)
    return
  }
  let rarest = 0
  let least = counts[0] ?? 0
  for (let at = 1; at < hotKeysMax && least > 1; at += 1) {
    const here = counts[at] ?? 0
    if (here < least) {
      rarest = at
      least = here
    }
  }
  slots.delete(keys[rarest] ?? '')
  slots.set(key, rarest)
  keys[rarest] = key
  counts[rarest] = least + weight
  errors[rarest] = least
}

function topOf({ keys, counts, errors, total }: Sketch, max: number): HotWindow {
  const all = keys.map((key, at) => ({ key, count: counts[at] ?? 0, error: errors[at] ?? 0 }))
  // A count that is mostly another key's says nothing.
  const sure = all.filter((one) => one.error * 2 < one.count)
  return { total, top: sure.toSorted((a, b) => b.count - a.count).slice(0, max) }
}

export function createHotKeys(options: {
  readonly windowMs: number
  readonly top: number
}): HotKeys {
  let sketch = newSketch()
  let since: number | null = null
  let last: HotWindow | null = null
  return {
    add: (key, weight = 1) => count(sketch, key, weight),
    window(now) {
      since ??= now
      if (now - since < options.windowMs) return last ?? topOf(sketch, options.top)
      last = topOf(sketch, options.top)
      sketch = newSketch()
      since = now
      return last
    },
  }
}
