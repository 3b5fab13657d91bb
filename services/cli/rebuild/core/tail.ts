import type { EpochMs } from '#runtime/event/ids.ts'
import { type Frame, type Message, originKey } from '#runtime/log/messages.ts'
import type { TailRecord } from '../generations.ts'
import type { FedMessage } from './frames.ts'
import { mergeByTime } from './merge-by-time.ts'
import type { Rerouter } from './reroute.ts'

/** A frame of the old log that its owner never applied. */
export interface TailFrame {
  readonly timestamp: EpochMs
  readonly frame: Frame
}

/** The partitions' tails as one, by time; each keeps its own order. */
export async function* mergeTails(
  tails: readonly AsyncIterable<TailRecord>[],
): AsyncGenerator<TailFrame> {
  for await (const { timestamp, frame } of mergeByTime(tails, (record) => record.timestamp))
    if (frame !== null) yield { timestamp, frame }
}

/**
 * What the next generation has to hear of a frame of the old one: its events and erasures. What the old linker and old homes said, the
 * new ones say themselves.
 */
export const messagesOfTail = (
  { timestamp, frame }: TailFrame,
  { event: reroute, home }: Rerouter,
): readonly FedMessage[] =>
  frame.messages.flatMap((message): readonly FedMessage[] => {
    const { body } = message
    const logTime = timestamp
    if (body.kind === 'erase') return [{ partition: home(body.fragment), logTime, body }]
    if (body.kind !== 'event') return []
    const { partition, event } = reroute(body.event)
    const place = body.place ?? placeOf(frame, message)
    return [{ partition, logTime, body: { kind: 'event', event, place } }]
  })

function placeOf({ origin }: Frame, { position }: Message) {
  return {
    origin: origin === null ? '' : originKey(origin),
    offset: position[0],
    index: position[1],
  }
}
