/**
 * Items that hang together by keys: each group holds whatever shares a key with one of it. In the order of the items; the keys of an item are asked
 * for several times.
 */
export function groupsBy<T>(
  items: Iterable<T>,
  keysOf: (item: T) => readonly string[],
): readonly (readonly T[])[] {
  const all = [...items]
  const byKey = new Map<string, T[]>()
  for (const item of all)
    for (const key of keysOf(item)) {
      const others = byKey.get(key)
      if (others === undefined) byKey.set(key, [item])
      else others.push(item)
    }
  const placed = new Set<T>()
  const groups: T[][] = []
  for (const start of all) {
    if (placed.has(start)) continue
    placed.add(start)
    const group = [start]
    // Grows while it is walked.
    for (const item of group)
      for (const key of keysOf(item)) {
        const others = byKey.get(key) ?? []
        // Once for all who share it.
        byKey.delete(key)
        for (const other of others)
          if (!placed.has(other)) {
            placed.add(other)
            group.push(other)
          }
      }
    groups.push(group)
  }
  return groups
}
