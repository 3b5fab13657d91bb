import type { FedLink, FedRow } from '../generations.ts'

/** Where a slice of the feed ends, whichever comes first. */
export interface SliceBounds {
  /** Log time between its first and its last event at most. */
  readonly sliceMs: number
  readonly sliceEvents: number
}

/** Cuts rows, which come in the order of the feed, into slices that are never empty. Their concatenation is the input. */
export async function* slicesOf(
  rows: AsyncIterable<FedRow>,
  { sliceMs, sliceEvents }: SliceBounds,
): AsyncGenerator<readonly [FedRow, ...FedRow[]]> {
  let slice: [FedRow, ...FedRow[]] | null = null
  for await (const row of rows) {
    const isOver =
      slice !== null &&
      (slice.length >= sliceEvents || row.key.logTime - slice[0].key.logTime > sliceMs)
    if (slice !== null && !isOver) slice.push(row)
    else {
      if (slice !== null) yield slice
      slice = [row]
    }
  }
  if (slice !== null) yield slice
}

/** Links in the order of their log, taken as far as the feed has come. */
export interface LinkQueue extends AsyncDisposable {
  /**
   * The links that come next, up to the first one that was sent later than `until`; infinity: all. Those that carry no such time go with
   * what stands before them: an operator's clock says nothing of a log.
   */
  take(until: number): Promise<readonly FedLink[]>
}

export function createLinkQueue(links: AsyncIterable<FedLink>): LinkQueue {
  const source = links[Symbol.asyncIterator]()
  let waiting: FedLink | null = null
  const next = async (): Promise<FedLink | null> => {
    if (waiting !== null) return waiting
    const step = await source.next()
    waiting = step.done === true ? null : step.value
    return waiting
  }
  return {
    async take(until) {
      const taken: FedLink[] = []
      for (let link = await next(); link !== null; link = await next()) {
        const { record } = link
        const isTimed = record.kind === 'link' || record.kind === 'expire'
        if (isTimed && record.logTime > until) break
        waiting = null
        taken.push(link)
      }
      return taken
    },
    // What is left waits for somebody else; whatever it was read through must not stay open.
    async [Symbol.asyncDispose]() {
      await source.return?.()
    },
  }
}
