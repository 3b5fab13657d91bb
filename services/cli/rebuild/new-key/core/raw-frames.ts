import { originKey, type Message } from '#runtime/log/messages.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { TargetedFrame } from '../../generations.ts'
import type { RawRecord } from '../ports.ts'

/**
 * Frames of raw records under their own origin and position, as a channel sends them: what is fed twice lies below the homes' marks, and
 * what the channels read after the switch lies above. Neighbours of one origin and time for one partition share a frame.
 */
export function framesOfRaw(records: readonly RawRecord[]): readonly TargetedFrame[] {
  const frames: TargetedFrame[] = []
  const open = new Map<
    number,
    { readonly from: string; readonly logTime: EpochMs; readonly messages: Message[] }
  >()
  for (const { origin, offset, logTime, events } of records) {
    const from = originKey(origin)
    for (const { index, partition, event } of events) {
      const message: Message = { position: [offset, index, 0], body: { kind: 'event', event } }
      const last = open.get(partition)
      if (last?.from === from && last.logTime === logTime) {
        last.messages.push(message)
        continue
      }
      const messages = [message]
      open.set(partition, { from, logTime, messages })
      frames.push({ partition, frame: { origin, logTime, messages } })
    }
  }
  return frames
}
