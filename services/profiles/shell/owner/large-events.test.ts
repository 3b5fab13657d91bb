import { expect, it } from 'vitest'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { BatchControl, KafkaRecord } from '#runtime/kafka/ports.ts'
import { newFlush, type OpenFlush } from '../../core/fold/flush.ts'
import { createMemoryState } from '../../core/memory-state.ts'
import { createDefinitionShelf } from '../definitions.ts'
import { createBatchFold } from './fold-batch.ts'
import { flushLimits } from './is-full.ts'

const control: BatchControl = {
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: () => undefined,
  commit: async () => Promise.resolve(),
}

/** No frame, which is refused, but read all the same. */
const recordOf = (at: number, bytes: number): KafkaRecord => ({
  offset: offset(at),
  timestamp: epochMs(0),
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
})

it('a flush ends when what it was read from is large, however few the messages', async () => {
  const { meta } = createMemoryState()
  const flushedBefore: number[] = []
  let open: OpenFlush = newFlush()
  const foldBatch = createBatchFold({
    fold: {
      message: () => undefined,
      unreadable: () => undefined,
      frameEnd(at) {
        meta.nextOffset = at + 1
      },
      speak: () => undefined,
      show: () => undefined,
      end: (flush) => flush,
    },
    meta,
    partition: 0,
    definitions: createDefinitionShelf(),
    flushing: {
      get open() {
        return open
      },
      begin: async () => Promise.resolve(),
      flush: async () => {
        flushedBefore.push(meta.nextOffset)
        open = newFlush()
        return Promise.resolve()
      },
      rest: () => undefined,
      isOwing: () => false,
      isAlone: () => false,
      finish: async () => Promise.resolve(),
      settle: async () => Promise.resolve(),
    },
    newCounts: () => ({ frame: () => undefined, folded: () => undefined, goOn: () => undefined }),
    elapsed: () => 0,
  })
  const third = Math.ceil(flushLimits.logBytesMax / 3)
  await foldBatch(
    {
      topic: 'profile.log',
      partition: 0,
      records: Array.from({ length: 7 }, (_, at) => recordOf(at, third)),
      highWatermark: offset(7),
    },
    control,
  )
  expect(flushedBefore).toEqual([3, 6])
})
