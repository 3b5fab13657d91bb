import type { OutgoingBatch } from '#runtime/kafka/ports.ts'
import { encodeFrame } from '#runtime/log/frame.ts'

/** One Tick for each of these partitions: it changes nothing but the clock, and its flush commits the offset. */
export const ticks = (profileLog: string, partitions: readonly number[]): OutgoingBatch => {
  const value = encodeFrame({
    origin: null,
    logTime: null,
    messages: [{ position: [0, 0, 0], body: { kind: 'tick' } }],
  })
  return {
    topic: profileLog,
    records: partitions.map((partition) => ({ key: null, value, partition })),
  }
}

/** A tombstone of a key that is none: the linker passes over it, and commits. */
export const tombstone = (links: string): OutgoingBatch => ({
  topic: links,
  records: [{ key: Buffer.from('nudge'), value: null, partition: 0 }],
})
