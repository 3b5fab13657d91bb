import type { Bar } from './state.ts'

// The members of a profile that many were split off from have nearly all the same bars, hundreds perhaps.

const areSame = (a: readonly Bar[], b: readonly Bar[]): boolean =>
  a === b || (a.length === b.length && a.every((bar, place) => bar === b[place]))

/** All bars of several lists, each once, in the order in which they come. */
export function distinctBars(lists: Iterable<readonly Bar[]>): Bar[] {
  const found = new Set<Bar>()
  const met = new Set<readonly Bar[]>()
  let last: readonly Bar[] = []
  for (const list of lists) {
    if (list.length === 0 || met.has(list)) continue
    met.add(list)
    if (areSame(list, last)) continue
    last = list
    for (const bar of list) found.add(bar)
  }
  return [...found]
}

/** Puts a bar behind others. Equal lists become one list. */
export function addingBar(bar: Bar): (bars: readonly Bar[]) => readonly Bar[] {
  const made = new Map<readonly Bar[], readonly Bar[]>()
  let last: readonly [before: readonly Bar[], after: readonly Bar[]] | undefined
  return (bars) => {
    const known = made.get(bars)
    if (known !== undefined) return known
    if (last === undefined || !areSame(last[0], bars)) last = [bars, [...bars, bar]]
    made.set(bars, last[1])
    return last[1]
  }
}
