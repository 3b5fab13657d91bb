import { EventEmitter } from 'node:events'
import { expect, it, vi } from 'vitest'
import { listenForInterruption } from './interruption.ts'

const listeners = (process: EventEmitter): number =>
  process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')

it('takes what comes with the first signal for the same request, and leaves a later one to the system', async () => {
  vi.useFakeTimers()
  const process = new EventEmitter()
  {
    using interruption = listenForInterruption(process)
    process.emit('SIGINT')
    await expect(interruption.interrupted).rejects.toMatchObject({ code: 'TRB_INTERRUPTED' })
    expect(() => interruption.signal.throwIfAborted()).toThrow('told to end')
  }
  // As when Ctrl-C reaches npm too, which passes it on.
  process.emit('SIGINT')
  expect(listeners(process)).toBeGreaterThan(0)
  vi.advanceTimersByTime(1000)
  expect(listeners(process)).toBe(0)
  vi.useRealTimers()
})

it('listens no longer than the work takes', () => {
  const process = new EventEmitter()
  listenForInterruption(process)[Symbol.dispose]()
  expect(listeners(process)).toBe(0)
})
