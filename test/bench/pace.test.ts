import { expect, test } from 'vitest'
import { pace } from './pace.ts'

const hour = 3_600_000

/** What is sent first, of so many in an hour of which so much has passed. */
async function first(count: number, passedMs: number): Promise<readonly [number, number]> {
  let sent: readonly [number, number] = [-1, -1]
  const done = new Error('one is enough')
  await expect(
    pace({ count, overMs: hour, startAt: performance.now() - passedMs }, async (from, to) => {
      sent = [from, to]
      return Promise.reject(done)
    }),
  ).rejects.toBe(done)
  return sent
}

test('the first is due when it begins, and not an interval later', async () => {
  expect(await first(2, 0)).toEqual([0, 1])
})

test('what is late goes together: all that are due by then', async () => {
  expect(await first(60, 10.5 * 60_000)).toEqual([0, 11])
})

test('there are no more than were asked for', async () => {
  expect(await first(5, 2 * hour)).toEqual([0, 5])
})
