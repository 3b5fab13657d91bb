import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Body, Frame, Message, Origin } from '#runtime/log/messages.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import { routedEvent } from '../../verify/stored-event.ts'
import type { FedRow, TargetedFrame } from '../generations.ts'
import type { Rerouter } from './reroute.ts'

/** A message of the feed: what for whom, and the time that it carries. */
export interface FedMessage {
  readonly partition: number
  readonly logTime: EpochMs
  readonly body: Body
}

const origin: Origin = { kind: 'events' }

/**
 * Frames of what a step of the feed sends, in order; neighbours for one partition at one time share a frame. The number of a step is
 * never used again, so whatever comes late of an earlier step lies below every mark.
 */
export function framesOf(step: number, messages: readonly FedMessage[]): readonly TargetedFrame[] {
  const frames: TargetedFrame[] = []
  const open = new Map<number, { readonly logTime: EpochMs; readonly messages: Message[] }>()
  for (const [index, { partition, logTime, body }] of messages.entries()) {
    const message: Message = { position: [step, index, 0], body }
    const last = open.get(partition)
    if (last?.logTime === logTime) {
      last.messages.push(message)
      continue
    }
    const frame = { origin, logTime, messages: [message] }
    open.set(partition, frame)
    frames.push({ partition, frame })
  }
  return frames
}

/** The events of a slice. Rows of what was erased since are left out: they are still there until the database has deleted them. */
export function messagesOfRows(
  rows: readonly FedRow[],
  erasedAt: (fragment: FragmentId) => EpochMs | undefined,
  { event: reroute }: Rerouter,
): readonly FedMessage[] {
  return rows.flatMap(({ key, event: row, origin: from, originOffset, originIndex }) => {
    const stored = routedEvent(row)
    if (stored.receivedAt <= (erasedAt(row.fragment_id) ?? -1)) return []
    const { partition, event } = reroute(stored)
    const place = { origin: from, offset: originOffset, index: originIndex }
    const logTime = epochMs(key.logTime)
    return [{ partition, logTime, body: { kind: 'event', event, place } as const }]
  })
}

/** Erasures that the live generation has decided. They move no clock. */
export const messagesOfSuppressions = (
  erased: ReadonlyMap<FragmentId, EpochMs>,
  { home }: Rerouter,
): readonly FedMessage[] =>
  [...erased].map(([fragment, erasedAt]) => ({
    partition: home(fragment),
    logTime: epochMs(0),
    body: { kind: 'erase', fragment, erasedAt },
  }))

/** Lives that expired in the live generation: told before any event of the lives after them. They move no clock. */
export function messagesOfExpiries(
  records: readonly ExpiryRecord[],
  { home }: Rerouter,
): readonly FedMessage[] {
  const newest = new Map<FragmentId, EpochMs>()
  for (const { fragment, expiredAt } of records)
    if (expiredAt > (newest.get(fragment) ?? -1)) newest.set(fragment, expiredAt)
  return [...newest].map(([fragment, newestReceivedAt]) => ({
    partition: home(fragment),
    logTime: epochMs(0),
    body: { kind: 'expire', fragment, newestReceivedAt },
  }))
}

/** The newest word on each fragment. */
export function newestOf(records: readonly SuppressionRecord[]): ReadonlyMap<FragmentId, EpochMs> {
  const newest = new Map<FragmentId, EpochMs>()
  for (const { fragment, erasedAt } of records)
    if (erasedAt > (newest.get(fragment) ?? -1)) newest.set(fragment, erasedAt)
  return newest
}

/** Moves the clock of partitions to a time. */
export const tickFrames = (
  partitions: readonly number[],
  logTime: EpochMs,
): readonly TargetedFrame[] =>
  partitions.map((partition) => ({
    partition,
    frame: { origin: null, logTime, messages: [{ position: [0, 0, 0], body: { kind: 'tick' } }] },
  }))

/** One message for every partition, at the beginning of time: it moves no clock. */
export const everywhere = (
  partitions: number,
  from: Origin,
  message: Message,
): readonly TargetedFrame[] => {
  const frame: Frame = { origin: from, logTime: epochMs(0), messages: [message] }
  return Array.from({ length: partitions }, (_, partition) => ({ partition, frame }))
}
