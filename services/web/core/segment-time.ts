import { type Fields, isRejection, own } from '#runtime/channel/core/fields.ts'
import type { Rejection } from '#runtime/channel/core/outcome.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'

/**
 * When the event took place. `timestamp` is corrected already. With only `originalTimestamp`, the device's clock is set right as
 * Segment does it: receivedAt − (sentAt − originalTimestamp). Without any, null: it took place when it was received.
 * https://segment.com/docs/connections/spec/common/#timestamps
 */
export function readSegmentTime(item: Fields, arrivedAt: EpochMs): EpochMs | null | Rejection {
  if (own(item, 'timestamp') !== undefined && own(item, 'timestamp') !== null)
    return readTime(own(item, 'timestamp'), undefined, 'timestamp')
  const read = (name: string): EpochMs | undefined | Rejection => {
    const value = own(item, name)
    return value === undefined || value === null ? undefined : readTime(value, undefined, name)
  }
  const received = read('receivedAt')
  if (isRejection(received)) return received
  const original = read('originalTimestamp')
  if (isRejection(original)) return original
  if (original === undefined) return received ?? null
  const sent = read('sentAt')
  if (isRejection(sent)) return sent
  return sent === undefined ? original : epochMs((received ?? arrivedAt) - (sent - original))
}
