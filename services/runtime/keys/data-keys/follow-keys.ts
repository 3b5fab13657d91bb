import { asError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import type { PartitionReader, RecordBatch } from '../../kafka/ports.ts'
import { type KeyChange, keyChange } from './data-key-record.ts'

export interface FollowedKeys {
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/** Reads `privacy.keys` to its end, telling of each change, and follows it from there on. */
export async function followKeys(
  reader: PartitionReader,
  topic: string,
  apply: (change: KeyChange) => void,
): Promise<FollowedKeys> {
  const at = { topic, partition: 0 }
  let next: Offset | 'start' = 'start'
  const take = ({ records }: RecordBatch): void => {
    for (const record of records) {
      next = offset(record.offset + 1)
      apply(keyChange(record))
    }
  }
  for await (const batch of reader.read(at, { from: next, untilEnd: true })) take(batch)
  const stopping = new AbortController()
  const follow = async (): Promise<undefined> => {
    const { signal } = stopping
    for await (const batch of reader.read(at, { from: next, untilEnd: false, signal })) take(batch)
    return undefined
  }
  const ended = follow().catch((error: unknown) => asError(error))
  return {
    ended,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
