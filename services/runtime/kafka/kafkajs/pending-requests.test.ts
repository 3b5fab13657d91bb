import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkWhatWaits, type RequestQueue } from './pending-requests.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A queue that counts how often it was looked at. */
function queueOf(
  pending: readonly unknown[],
  throttledUntil = -1,
): RequestQueue & { checks: number } {
  return {
    checks: 0,
    pending,
    throttledUntil,
    throttleCheckTimeoutId: null,
    checkPendingRequests() {
      this.checks += 1
    },
    scheduleCheckPendingRequests() {
      checkWhatWaits(this)
    },
  }
}

test('where no request waits, no timer runs', () => {
  queueOf([]).scheduleCheckPendingRequests()
  queueOf([], 5000).scheduleCheckPendingRequests()
  expect(vi.getTimerCount()).toBe(0)
})

test('where one waits, it is looked at once, soon, however often that is asked for', () => {
  const queue = queueOf(['a request'])
  queue.scheduleCheckPendingRequests()
  queue.scheduleCheckPendingRequests()
  vi.advanceTimersByTime(9)
  expect(queue.checks).toBe(0)
  vi.advanceTimersByTime(1)
  expect([queue.checks, queue.throttleCheckTimeoutId, vi.getTimerCount()]).toEqual([1, null, 0])
})

test('where the broker asked for a pause, when it is over', () => {
  const queue = queueOf(['a request'], 1500)
  queue.scheduleCheckPendingRequests()
  vi.advanceTimersByTime(499)
  expect(queue.checks).toBe(0)
  vi.advanceTimersByTime(1)
  expect(queue.checks).toBe(1)
})
