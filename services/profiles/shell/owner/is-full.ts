import type { OpenFlush } from '../../core/fold/flush.ts'

/** What ends a flush before the next message; that one message may still go beyond (a timer or a new definition touches up to 1,000 profiles). */
export const flushLimits = {
  /**
   * Half of what a frame may hold: one more message may still add a whole fragment (256 KiB). A target's flush must fit one frame, since a
   * second one would carry positions that the first one's mark covers.
   */
  frameBytesMax: 350 * 1024,
  /** Work that a crash repeats. */
  messagesMax: 50_000,
  /** What its rows were read from: an event may be a thousand times as large as most are, and rows wait in memory. */
  logBytesMax: 64 * 1024 * 1024,
  /** Rows of `events`, of transitions, and of declarations, some 20 MB of them: memory, and how long other partitions' rows wait behind them. */
  eventsMax: 20_000,
  /** Profiles whose row is made at the end, each with a sum over its members, in one go on the event loop. */
  profilesMax: 20_000,
  /** One per profile and segment that was decided: a new definition touches all of them. */
  membershipsMax: 50_000,
  /** Records that are sent one by one: ten requests. */
  recordsMax: 10_000,
} as const

/** Whether its effects must be sent before the next message. */
const isFullOfEffects = (flush: OpenFlush): boolean =>
  flush.largestFrameBytes >= flushLimits.frameBytesMax || recordsOf(flush) >= flushLimits.recordsMax

/** Whether its rows must be on their way before the next message. */
export const isFullOfRows = (flush: OpenFlush): boolean => {
  const { rows } = flush
  return (
    flush.messages >= flushLimits.messagesMax ||
    flush.logBytes >= flushLimits.logBytesMax ||
    rows.events.length >= flushLimits.eventsMax ||
    rows.segment_transitions.length >= flushLimits.eventsMax ||
    rows.consent_history.length >= flushLimits.eventsMax ||
    rows.profiles.length + flush.touched.size >= flushLimits.profilesMax ||
    rows.segment_memberships.length + flush.memberships.size >= flushLimits.membershipsMax
  )
}

/** Whether a flush must end before the next message. */
export const isFull = (flush: OpenFlush): boolean => isFullOfRows(flush) || isFullOfEffects(flush)

const recordsOf = ({
  links,
  segmentChanges,
  suppressions,
  expiries,
  rejections,
}: OpenFlush): number =>
  links.length + segmentChanges.length + suppressions.length + expiries.length + rejections.length
