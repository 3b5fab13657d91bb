import { expect, it } from 'vitest'
import { offset } from '#runtime/event/ids.ts'
import { planReset } from './plan-reset.ts'

const at = (value: number) => ({ offset: offset(value), metadata: null })
const range = (low: number, high: number) => ({ low: offset(low), high: offset(high) })

it('moves only partitions whose place is gone, to the oldest record that is left, and counts what is lost', () => {
  const committed = new Map([
    [0, at(5)],
    [1, at(50)],
    [2, at(900)],
    [3, at(10)],
  ])
  const ranges = new Map([
    [3, range(10, 10)],
    [2, range(0, 40)],
    [1, range(10, 80)],
    [0, range(20, 80)],
    [4, range(7, 9)],
  ])
  expect(planReset({ topic: 'channel.crm', topicId: 'a' }, committed, ranges)).toEqual([
    { topic: 'channel.crm', partition: 0, committed: 5, low: 20, high: 80, to: 20, lost: 15 },
    { topic: 'channel.crm', partition: 2, committed: 900, low: 0, high: 40, to: 0, lost: null },
  ])
})

const metadata = (topic: string): string => JSON.stringify({ definition: 1, channel: 2, topic })

it('moves a place in another topic of the same name, though this one has it too', () => {
  const committed = new Map([
    [0, { offset: offset(5), metadata: metadata('a') }],
    [1, { offset: offset(5), metadata: metadata('b') }],
  ])
  const ranges = new Map([
    [0, range(0, 8)],
    [1, range(0, 8)],
  ])
  expect(planReset({ topic: 'channel.crm', topicId: 'a' }, committed, ranges)).toMatchObject([
    { partition: 1, committed: 5, to: 0, lost: null },
  ])
  expect(planReset({ topic: 'channel.crm', topicId: null }, committed, ranges)).toEqual([])
})
