/** Several sources as one, by the times of their items; equal ones in the order of the sources. Each keeps its own order. */
export async function* mergeByTime<T>(
  sources: readonly AsyncIterable<T>[],
  timeOf: (item: T) => number,
): AsyncGenerator<T> {
  const each = sources.map((source) => source[Symbol.asyncIterator]())
  try {
    const heads = await Promise.all(each.map(async (source) => source.next()))
    for (;;) {
      let first = -1
      let earliest = Number.POSITIVE_INFINITY
      for (const [index, head] of heads.entries())
        if (head.done !== true && timeOf(head.value) < earliest) {
          first = index
          earliest = timeOf(head.value)
        }
      const [source, head] = [each[first], heads[first]]
      if (source === undefined || head === undefined || head.done === true) return
      yield head.value
      heads[first] = await source.next()
    }
  } finally {
    for (const source of each) await source.return?.()
  }
}
