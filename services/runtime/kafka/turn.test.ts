import { expect, it } from 'vitest'
import { createTurn, shareMs, turnMs } from './turn.ts'

function turnUnderTest() {
  const clock = { now: 0 }
  const said: string[] = []
  const assignment = { over: false }
  const turn = createTurn(
    {
      heartbeat: async () => Promise.resolve(void said.push('heartbeat')),
      isStale: () => assignment.over,
    },
    () => clock.now,
  )
  return { clock, said, assignment, turn }
}

it('is due after its time and not before, and begins anew when it was given', async () => {
  const { clock, turn } = turnUnderTest()
  clock.now = turnMs - 1
  expect(turn.isDue()).toBe(false)
  clock.now = turnMs
  expect(turn.isDue()).toBe(true)
  await turn.give()
  expect(turn.isDue()).toBe(false)
})

it('lets what waits on the event loop come first, then tells the group that it lives', async () => {
  const { said, turn } = turnUnderTest()
  setImmediate(() => said.push('another partition'))
  expect(await turn.give()).toBe(false)
  expect(said).toEqual(['another partition', 'heartbeat'])
})

it('says when the assignment ended meanwhile', async () => {
  const { assignment, turn } = turnUnderTest()
  assignment.over = true
  expect(await turn.give()).toBe(true)
})

it('is enough when the batch had its share, however often it gave way', async () => {
  const { clock, turn } = turnUnderTest()
  clock.now = shareMs - 1
  await turn.give()
  expect(turn.isEnough()).toBe(false)
  clock.now = shareMs
  expect(turn.isEnough()).toBe(true)
})
