import type { Flush } from '../../core/fold/flush.ts'

/**
 * Half of what a frame may hold: the estimate counts a part once, and one more message may still add a whole fragment (256 KiB). A
 * target's flush must fit one frame, since a second one would carry positions that the first one's mark covers.
 */
const frameBytesMax = 350 * 1024
/** Bounds of memory and of the work that a crash repeats. */
const eventsMax = 20_000
const profilesMax = 20_000
const recordsMax = 10_000
const messagesMax = 50_000

/** Whether a flush must end before the next message. */
export function isFull(flush: Flush): boolean {
  return (
    flush.largestFrameBytes >= frameBytesMax ||
    flush.messages >= messagesMax ||
    flush.rows.events.length >= eventsMax ||
    flush.rows.profiles.length >= profilesMax ||
    flush.rows.segment_transitions.length >= eventsMax ||
    flush.links.length + flush.segmentChanges.length >= recordsMax
  )
}
