import { type EpochMs, type FragmentId, type Offset, offset } from '../../event/ids.ts'
import type { PartitionReader, RecordBatch } from '../../kafka/ports.ts'
import { decodeSuppression } from '../../log/suppression.ts'
import type { Suppressed } from '../core/route.ts'

export interface Suppressions {
  readonly suppressed: Suppressed
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/** Reads the list of erased identifiers to its end, then follows it: a channel starts with what it may not let through. */
export async function openSuppressions(
  reader: PartitionReader,
  topic: string,
): Promise<Suppressions> {
  const erased = new Map<FragmentId, EpochMs>()
  const at = { topic, partition: 0 }
  let next: Offset | 'start' = 'start'
  const apply = ({ records }: RecordBatch): void => {
    for (const record of records) {
      next = offset(record.offset + 1)
      if (record.value === null) continue
      const { fragment, erasedAt } = decodeSuppression(record.value)
      if (erasedAt > (erased.get(fragment) ?? Number.NEGATIVE_INFINITY))
        erased.set(fragment, erasedAt)
    }
  }
  for await (const batch of reader.read(at, { from: 'start', untilEnd: true })) apply(batch)
  const stopping = new AbortController()
  const follow = async (): Promise<undefined> => {
    const { signal } = stopping
    for await (const batch of reader.read(at, { from: next, untilEnd: false, signal })) apply(batch)
    return undefined
  }
  const ended = follow().catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  )
  return {
    suppressed: (fragment) => erased.get(fragment),
    ended,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
