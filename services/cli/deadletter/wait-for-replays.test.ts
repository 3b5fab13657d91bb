import { expect, it } from 'vitest'
import { offset } from '#runtime/event/ids.ts'
import type { CommittedOffset, OffsetRange } from '#runtime/kafka/ports.ts'
import { waitForReplays } from './wait-for-replays.ts'

/** Groups that come nearer to the end of their topic at each look; the log of partition 1 was emptied, partition 2 never written. */
function cluster(reading: Readonly<Record<string, number>>, timeoutMs = 10_000) {
  const looks: string[] = []
  let clock = 0
  const ends = new Map<number, OffsetRange>([
    [0, { low: offset(2), high: offset(5) }],
    [1, { low: offset(9), high: offset(9) }],
    [2, { low: offset(0), high: offset(0) }],
  ])
  return {
    looks,
    wait: async () =>
      waitForReplays(['web'], {
        admin: {
          offsets: async () => Promise.resolve(ends),
          committed: async (group, topic) => {
            looks.push(`${group} of ${topic}`)
            const at = Math.min(5, looks.length * (reading[group] ?? 0))
            const committed: CommittedOffset = { offset: offset(at), metadata: null }
            return Promise.resolve(new Map([[0, committed]]))
          },
        },
        prefix: 't1',
        timeoutMs,
        now: () => clock,
        sleep: async (ms) => {
          clock += ms
          return Promise.resolve()
        },
      }),
  }
}

it('waits for the channel first, then for the dead letters that came of it', async () => {
  const { looks, wait } = cluster({ 't1.tributary-web': 2, 't1.tributary-dead-letters': 5 })
  await wait()
  expect(looks).toEqual([
    't1.tributary-web of t1.channel.web.replay',
    't1.tributary-web of t1.channel.web.replay',
    't1.tributary-web of t1.channel.web.replay',
    't1.tributary-dead-letters of t1.deadletter',
  ])
})

it('names the service that does not read', async () => {
  const { wait } = cluster({ 't1.tributary-web': 5 })
  await expect(wait()).rejects.toThrow('the service profiles has not read all of t1.deadletter yet')
})
