import type { RawOffsets } from '#runtime/generation/record.ts'
import type { SliceBounds } from '../../core/slices.ts'
import type { RawRecord } from '../ports.ts'

/** Cuts raw records into slices that are never empty; one also ends where an operator's word comes next. Their concatenation is the input. */
export async function* rawSlicesOf(
  records: AsyncIterable<RawRecord>,
  { sliceMs, sliceEvents }: SliceBounds,
  /** When the first word was said that was said at a time or later; infinity: none was. */
  wordSince: (time: number) => number,
): AsyncGenerator<readonly [RawRecord, ...RawRecord[]]> {
  let slice: [RawRecord, ...RawRecord[]] | null = null
  let events = 0
  for await (const record of records) {
    if (slice !== null) {
      const [{ logTime: start }] = slice
      const isOver =
        events >= sliceEvents ||
        record.logTime - start > sliceMs ||
        record.logTime > wordSince(start)
      if (isOver) {
        yield slice
        slice = null
        events = 0
      }
    }
    if (slice === null) slice = [record]
    else slice.push(record)
    // A record without events moves the feed on, and must end a slice, too.
    events += Math.max(record.events.length, 1)
  }
  if (slice !== null) yield slice
}

/** Offsets behind these records: where whoever goes on begins. */
export function behind(from: RawOffsets, records: readonly RawRecord[]): RawOffsets {
  const next: Record<string, number[]> = Object.fromEntries(
    Object.entries(from).map(([topic, offsets]) => [topic, [...offsets]]),
  )
  for (const { topic, partition, offset } of records) {
    const offsets = (next[topic] ??= [])
    while (offsets.length < partition) offsets.push(0)
    offsets[partition] = Math.max(offsets[partition] ?? 0, offset + 1)
  }
  return next
}

/** The later offset of each partition. */
export function later(a: RawOffsets, b: RawOffsets): RawOffsets {
  const topics = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries(
    [...topics].map((topic) => {
      const [one, other] = [a[topic] ?? [], b[topic] ?? []]
      const length = Math.max(one.length, other.length)
      return [topic, Array.from({ length }, (_, at) => Math.max(one[at] ?? 0, other[at] ?? 0))]
    }),
  )
}

/** Records that lie in [from, until), whether they are still there or not. */
export function countBetween(from: RawOffsets, until: RawOffsets): number {
  let count = 0
  for (const [topic, offsets] of Object.entries(until))
    for (const [at, end] of offsets.entries()) count += Math.max(0, end - (from[topic]?.[at] ?? 0))
  return count
}
