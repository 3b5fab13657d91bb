/** The queue of requests of one connection of kafkajs, as far as it is needed here. */
export interface RequestQueue {
  /** Requests that are not sent yet: too many are under way, or the broker asked for a pause. */
  readonly pending: readonly unknown[]
  /** Milliseconds since 1970; -1: no broker asked for a pause. */
  readonly throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  scheduleCheckPendingRequests: () => void
}

/** kafkajs's own. */
const checkAgainMs = 10

/**
 * Looks again, later, whether requests that wait may be sent. kafkajs's own sets its timer where none waits too, for a time that is over, and again
 * when it runs: each connection wakes the process a thousand times a second for nothing, from its first answer on.
 */
export function checkWhatWaits(queue: RequestQueue): void {
  if (queue.pending.length === 0 || queue.throttleCheckTimeoutId !== null) return
  const throttledMs = queue.throttledUntil - Date.now()
  queue.throttleCheckTimeoutId = setTimeout(
    () => {
      queue.throttleCheckTimeoutId = null
      queue.checkPendingRequests()
    },
    throttledMs > 0 ? throttledMs : checkAgainMs,
  )
}
