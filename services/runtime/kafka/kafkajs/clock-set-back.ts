/*
 * kafkajs measures by the wall clock. Where that is set back by an hour, what it remembers lies an hour ahead, and it waits for it: a member sends no heartbeat and is
 * given up by its group while it goes on reading, and a connection that a broker throttled a moment ago sends nothing.
 */

/** A member of a group, as far as it is needed here. */
export interface HeartbeatSender {
  /** When it sent the last heartbeat, milliseconds since 1970. */
  lastRequest: number
  heartbeat: (this: HeartbeatSender, options: { readonly interval: number }) => Promise<void>
}

/** The first heartbeat after a clock was set back is due at once. */
export function sendHeartbeatsAnyway(prototype: HeartbeatSender): void {
  const { heartbeat } = prototype
  prototype.heartbeat = async function sendAnyway(this: HeartbeatSender, options) {
    if (this.lastRequest > Date.now()) this.lastRequest = 0
    return heartbeat.call(this, options)
  }
}

/** The queue of requests of one connection. */
export interface ThrottledQueue {
  /** Milliseconds since 1970; -1: no broker asked for a pause. */
  throttledUntil: number
  /** When one asked last. */
  throttledAt?: number
  maybeThrottle: (this: ThrottledQueue, ms: number | null) => void
  canSendSocketRequestImmediately: (this: ThrottledQueue) => boolean
}

/** A pause that was asked for before a clock was set back is over. */
export function endPausesAnyway(prototype: ThrottledQueue): void {
  const { maybeThrottle, canSendSocketRequestImmediately } = prototype
  prototype.maybeThrottle = function throttle(this: ThrottledQueue, ms) {
    this.throttledAt = Date.now()
    maybeThrottle.call(this, ms)
  }
  prototype.canSendSocketRequestImmediately = function canSend(this: ThrottledQueue) {
    if (Date.now() < (this.throttledAt ?? 0)) this.throttledUntil = -1
    return canSendSocketRequestImmediately.call(this)
  }
}
