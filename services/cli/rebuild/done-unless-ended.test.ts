import { expect, it } from 'vitest'
import { doneUnlessEnded } from './done-unless-ended.ts'

const told = new Error('told to end')

it('ends the work, and waits for what it is in the middle of', async () => {
  const stopping = new AbortController()
  const { promise: work, reject } = Promise.withResolvers<void>()
  const ended = doneUnlessEnded(work, [Promise.reject(told)], stopping)
  stopping.signal.addEventListener('abort', () => reject(new Error('stopped at its next look')))
  await expect(ended).rejects.toBe(told)
})

it('takes work that was done all the same for done: given again, the command would begin anew', async () => {
  const stopping = new AbortController()
  const { promise: work, resolve } = Promise.withResolvers<void>()
  const ended = doneUnlessEnded(work, [Promise.reject(told)], stopping)
  stopping.signal.addEventListener('abort', () => resolve())
  await expect(ended).resolves.toBeUndefined()
})

it('fails as the work fails', async () => {
  const fault = new Error('a fault')
  await expect(
    doneUnlessEnded(
      Promise.reject(fault),
      [new Promise<never>(() => undefined)],
      new AbortController(),
    ),
  ).rejects.toBe(fault)
})
