import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { ChannelLimits } from './limits.ts'

/** How a record came into the channel: from a producer of the company, as the replay of a dead letter, or from an import. */
export type Entry = 'live' | 'replay' | 'import'

/** Original time of receipt, milliseconds as text. Trusted on our own replay and import topics only: it decides what an erasure covers. */
export const receivedAtHeader = 'tributary-received-at'
/** Topic that a replayed record first came from: it names the source. */
export const originalTopicHeader = 'tributary-topic'
/** Says whose record it is: the name of a source of the pipeline file, or a vendor. It comes before the topic. */
export const sourceHeader = 'tributary-source'

/** 2100: retention counts in ClickHouse's DateTime, which ends in 2106. */
const recordTimeEndMs = 4_102_444_800_000

/** Whether it can be when a record came. On a topic with CreateTime, Kafka's default, the producer says what it likes. */
export const isRecordTime = (ms: number): boolean => ms >= 0 && ms < recordTimeEndMs

/** When a record was received: the broker's time, or on our own topics what the header keeps, if that is an earlier time. */
export function receivedAtOf(
  entry: Entry,
  timestamp: EpochMs,
  header: string | undefined,
  limits: ChannelLimits,
): EpochMs {
  if (entry === 'live' || header === undefined || !/^\d{1,15}$/.test(header)) return timestamp
  const original = Number(header)
  return original >= limits.oldestEventMs && original <= timestamp ? epochMs(original) : timestamp
}
