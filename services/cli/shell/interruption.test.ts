import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { listenForInterruption } from './interruption.ts'

it('rejects on the first signal and leaves the second one to the system', async () => {
  const process = new EventEmitter()
  using interruption = listenForInterruption(process)
  process.emit('SIGINT')
  await expect(interruption.interrupted).rejects.toMatchObject({ code: 'TRB_INTERRUPTED' })
  expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(0)
})

it('listens no longer than the work takes', () => {
  const process = new EventEmitter()
  listenForInterruption(process)[Symbol.dispose]()
  expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(0)
})
