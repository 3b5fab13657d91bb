import { type Fields, isRejection, own } from '#runtime/channel/core/fields.ts'
import type { Rejection } from '#runtime/channel/core/outcome.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'

export interface CallTime {
  /** null: the call states none, so that it took place when it was received. */
  readonly at: EpochMs | null
  /** The text says no offset. */
  readonly zoneless: boolean
}

/** A year of milliseconds: libraries of old sent seconds, and take every number below this for such. */
const secondsBelow = 31_557_600_000
const digits = /^\d{9,13}$/
const statesOffset = /T.*[+-]\d\d(?::?\d\d)?$/

const isStated = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** Nearly always the dash behind the year says that it is none. */
const isNumeral = (value: unknown): value is string =>
  typeof value === 'string' && value.charCodeAt(4) !== 0x2d && digits.test(value)

/** ISO 8601, or a number of seconds or milliseconds, as libraries of old sent them. */
function readStamp(value: unknown, name: string): EpochMs | Rejection {
  const number = isNumeral(value) ? Number(value) : value
  return typeof number === 'number'
    ? readTime(
        number,
        { format: Math.abs(number) < secondsBelow ? 'seconds' : 'milliseconds', zone: 'utc' },
        name,
      )
    : readTime(value, undefined, name)
}

function isZoneless(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const last = value.charCodeAt(value.length - 1)
  return !(last === 0x5a || last === 0x7a || isNumeral(value) || statesOffset.test(value))
}

/** `at` by a clock that is set right by what it said when it sent. */
const corrected = (at: EpochMs, sent: EpochMs, received: EpochMs): EpochMs =>
  epochMs(received - (sent - at))

/** Clocks that run are nearly never further behind. */
const behindMaxMs = 86_400_000

/**
 * Whether a call that no server has seen, so that it says nothing of when it was received, was long under way (a backlog, a dump of
 * last year) rather than sent by a clock that is behind: its times stand. A clock that stands at its beginning is behind all the same.
 */
const wasUnderWay = (sent: EpochMs, arrivedAt: EpochMs, oldestMs: number): boolean =>
  arrivedAt - sent > behindMaxMs && sent >= oldestMs

/**
 * When the call took place. `timestamp` beside `originalTimestamp` is corrected already; by itself, in a call that no server has
 * seen yet, it is the device's own clock, which is ahead when it says that it sent after we received. With only `originalTimestamp`
 * the device's clock is set right as the server does it: receivedAt − (sentAt − originalTimestamp).
 * https://segment.com/docs/connections/spec/common/#timestamps
 * @param oldestMs Times before that no event has.
 */
export function readCallTime(
  item: Fields,
  arrivedAt: EpochMs,
  oldestMs: number,
): CallTime | Rejection {
  const timestamp = own(item, 'timestamp')
  const original = own(item, 'originalTimestamp')
  if (isStated(timestamp)) {
    const at = readStamp(timestamp, 'timestamp')
    if (isRejection(at)) return at
    const ahead = isStated(original) ? undefined : sentAhead(item, arrivedAt)
    return {
      at: ahead === undefined ? at : corrected(at, ahead, arrivedAt),
      zoneless: isZoneless(timestamp),
    }
  }
  const receivedAt = own(item, 'receivedAt')
  const received = isStated(receivedAt) ? readStamp(receivedAt, 'receivedAt') : null
  if (isRejection(received)) return received
  if (!isStated(original)) return { at: received, zoneless: isZoneless(receivedAt) }
  const at = readStamp(original, 'originalTimestamp')
  if (isRejection(at)) return at
  const sentAt = own(item, 'sentAt')
  const sent = isStated(sentAt) ? readStamp(sentAt, 'sentAt') : null
  if (isRejection(sent)) return sent
  const stands = sent === null || (received === null && wasUnderWay(sent, arrivedAt, oldestMs))
  return {
    at: stands ? at : corrected(at, sent, received ?? arrivedAt),
    zoneless: isZoneless(original),
  }
}

/** `sentAt` of a call that no server has seen, when it lies after the arrival here. */
function sentAhead(item: Fields, arrivedAt: EpochMs): EpochMs | undefined {
  const sentAt = own(item, 'sentAt')
  if (!isStated(sentAt) || isStated(own(item, 'receivedAt'))) return undefined
  const sent = readStamp(sentAt, 'sentAt')
  return isRejection(sent) || sent <= arrivedAt ? undefined : sent
}
