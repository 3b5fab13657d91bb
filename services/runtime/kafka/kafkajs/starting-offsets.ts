import { setTimeout as sleep } from 'node:timers/promises'
import { TributaryError } from '../../errors/index.ts'
import type { Offset } from '../../event/ids.ts'
import {
  type Admin,
  type CommittedOffset,
  type OffsetRange,
  partitionKey,
  type TopicPartition,
  type WantedStart,
} from '../ports.ts'

export interface StartingOffsets {
  /**
   * Where each partition is read from: the wanted offset, else the committed one, else the beginning; TRB_OFFSET_LOST where
   * that position is not in the log.
   */
  of(
    group: string,
    partitions: readonly TopicPartition[],
    wanted: ReadonlyMap<string, WantedStart>,
  ): Promise<ReadonlyMap<string, Offset | TributaryError>>
}

type Positions = Pick<Admin, 'offsets' | 'committed'>

/** A new leader may report its high watermark a moment late; a position ahead of it is looked at again before it counts as lost. */
const looksAtHighWatermark = 4
const betweenLooksMs = 250

function startOf(
  at: TopicPartition,
  wanted: WantedStart,
  committed: CommittedOffset | undefined,
  range: OffsetRange | undefined,
): Offset | TributaryError {
  if (wanted instanceof TributaryError) return wanted
  if (range === undefined) {
    return new TributaryError('TRB_TOPIC_MISSING', `${partitionKey(at)} has no offsets`, {
      context: { ...at },
    })
  }
  const start = wanted ?? committed?.offset
  if (start === undefined) return range.low
  if (start >= range.low && start <= range.high) return start
  return new TributaryError(
    'TRB_OFFSET_LOST',
    `${partitionKey(at)}: the ${wanted === null ? 'committed offset' : 'position'} is ${start}, the log holds ${range.low} to ${range.high}`,
    { context: { ...at, start, low: range.low, high: range.high } },
  )
}

/** `renew`: the next positions come over connections of their own, after a failure that an old one may have caused. */
export function createStartingOffsets(
  positions: () => Promise<Positions>,
  renew: () => Promise<void>,
): StartingOffsets {
  const noneCommitted: ReadonlyMap<number, CommittedOffset> = new Map()
  const find: StartingOffsets['of'] = async (group, partitions, wanted) => {
    const admin = await positions()
    const starts = new Map<string, Offset | TributaryError>()
    for (const topic of new Set(partitions.map((at) => at.topic))) {
      const ofTopic = partitions.filter((at) => at.topic === topic)
      // Who knows all positions by itself needs no coordinator to begin.
      const asks = ofTopic.some((at) => (wanted.get(partitionKey(at)) ?? null) === null)
      const committed = asks ? await admin.committed(group, topic) : noneCommitted
      for (let look = 1; ; look += 1) {
        const ranges = await admin.offsets(topic)
        let ahead = false
        for (const at of ofTopic) {
          const key = partitionKey(at)
          const range = ranges.get(at.partition)
          const start = startOf(at, wanted.get(key) ?? null, committed.get(at.partition), range)
          starts.set(key, start)
          if (start instanceof TributaryError) {
            ahead ||= Number(start.context['start']) > Number(start.context['high'])
          }
        }
        if (!ahead || look === looksAtHighWatermark) break
        await sleep(betweenLooksMs)
      }
    }
    return starts
  }
  return {
    async of(group, partitions, wanted) {
      try {
        return await find(group, partitions, wanted)
      } catch (error) {
        await renew()
        throw error
      }
    },
  }
}
