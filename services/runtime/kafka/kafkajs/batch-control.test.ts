import { beforeEach, describe, expect, test } from 'vitest'
import { offset } from '../../event/ids.ts'
import { createAssignment, type Assignment } from './assignment.ts'
import { createBatchControl, type GroupTrouble } from './batch-control.ts'

const at = { topic: 'profile.log', partition: 0 }
const closed = Object.assign(new Error('Closed connection'), {
  name: 'KafkaJSConnectionClosedError',
})

let assignment: Assignment
let trouble: GroupTrouble
let seen: string[]
let pauses: number[]
let stopping: AbortController
beforeEach(() => {
  assignment = createAssignment({ 'profile.log': [0] })
  trouble = { error: null, stoppedAt: null, isPassedOn: false }
  seen = []
  pauses = []
  stopping = new AbortController()
})

const failing = (errors: Error[]) => async (): Promise<void> => {
  const error = errors.shift()
  if (error !== undefined) throw error
  return Promise.resolve()
}

/** Each call fails with the next error; without one it is answered. */
function control(failures: { commit?: readonly Error[]; heartbeat?: readonly Error[] }) {
  return createBatchControl({
    payload: {
      commitOffsetsIfNecessary: failing([...(failures.commit ?? [])]),
      heartbeat: failing([...(failures.heartbeat ?? [])]),
    },
    at,
    assignment,
    trouble,
    fares: {
      badly: (what, error) => void seen.push(`${what}: ${error.message}`),
      well: (what) => void seen.push(`${what} works`),
      heard: () => void seen.push('heard'),
    },
    stopping: stopping.signal,
    sleep: async (ms) => Promise.resolve(void pauses.push(ms)),
  })
}

test('a commit that meets a closed connection is made again, and said', async () => {
  await control({ commit: Array.from({ length: 12 }, () => closed) }).commit(offset(7))
  expect(seen).toEqual([
    ...Array.from({ length: 12 }, () => 'commit: committing an offset: Closed connection'),
    'commit works',
  ])
  expect(pauses.slice(0, 7)).toEqual([20, 40, 80, 160, 320, 640, 1000])
  expect([assignment.over, trouble.error]).toEqual([false, null])
})

test('a commit that never gets through ends the assignment and not the process: the group is joined anew', async () => {
  const one = control({ commit: Array.from({ length: 1000 }, () => closed) })
  await one.commit(offset(7))
  expect(one.isStale()).toBe(true)
  expect(trouble.error).toMatchObject({ type: 'REBALANCE_IN_PROGRESS', cause: { cause: closed } })
  expect(pauses.length).toBeLessThan(100)
})

test('a commit under way does not hold up a stop, and what it did not commit counts as not done', async () => {
  stopping.abort()
  const one = control({ commit: Array.from({ length: 1000 }, () => closed) })
  await one.commit(offset(7))
  expect([pauses.length, one.isStale()]).toEqual([1, true])
})

test('what the brokers refuse is not asked for again', async () => {
  const refused = Object.assign(new Error('Not authorized'), { type: 'GROUP_AUTHORIZATION_FAILED' })
  await expect(control({ commit: [refused] }).commit(offset(7))).rejects.toMatchObject({
    code: 'TRB_KAFKA_REFUSED',
    retriable: false,
  })
})

test('a commit that comes after a rebalance is no success', async () => {
  const gone = Object.assign(new Error('illegal generation'), { type: 'ILLEGAL_GENERATION' })
  const one = control({ commit: [gone] })
  await one.commit(offset(7))
  expect([one.isStale(), trouble.error]).toEqual([true, gone])
})

test('after a heartbeat that the network lost the next one is tried; after one that the group refused none is', async () => {
  const gone = Object.assign(new Error('unknown member'), { type: 'UNKNOWN_MEMBER_ID' })
  const one = control({ heartbeat: [closed, closed] })
  for (const _ of [1, 2, 3]) await one.heartbeat()
  expect(seen).toEqual([
    'heartbeat: a heartbeat: Closed connection',
    'heartbeat: a heartbeat: Closed connection',
    'heard',
  ])
  const two = control({ heartbeat: [gone] })
  for (const _ of [1, 2]) await two.heartbeat()
  expect([two.isStale(), trouble.error, seen.length]).toEqual([true, gone, 3])
})

describe('after the handler has returned', () => {
  beforeEach(() => {
    trouble.isPassedOn = true
  })

  test('a commit is tried until it gets through, however long the brokers are away', async () => {
    await control({ commit: Array.from({ length: 50 }, () => closed) }).commit(offset(7))
    expect(seen.at(-1)).toBe('commit works')
    expect([assignment.over, trouble.error]).toEqual([false, null])
  })

  test('a commit that the group refuses while it is balanced anew is left, and the assignment with it', async () => {
    const balancing = Object.assign(new Error('rebalancing'), { type: 'REBALANCE_IN_PROGRESS' })
    await control({ commit: [balancing] }).commit(offset(7))
    expect(assignment.over).toBe(false)
  })

  test('a commit under way ends with its consumer', async () => {
    stopping.abort()
    await control({ commit: [closed, closed] }).commit(offset(7))
    expect(seen).toEqual(['commit: committing an offset: Closed connection'])
  })
})
