/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HeartbeatSender, ThrottledQueue } from './clock-set-back.ts'
import { load } from './patched.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const hourMs = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ now: noon, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const silent = { debug: () => undefined }

test('a member goes on with its heartbeats when the clock is set back, as often as before', async () => {
  const Group = load('consumer/consumerGroup') as new (
    options: object,
  ) => HeartbeatSender & {
    memberId: string
    coordinator: { heartbeat(): Promise<void> }
  }
  const group = new Group({
    logger: { namespace: () => silent },
    instrumentationEmitter: { emit: () => undefined },
    topics: [],
  })
  let beats = 0
  group.memberId = 'one'
  group.coordinator = {
    heartbeat: async () => {
      beats += 1
      return Promise.resolve()
    },
  }
  const beat = async (): Promise<number> => {
    await group.heartbeat({ interval: 3000 })
    return beats
  }
  vi.setSystemTime(noon + 3000)
  expect(await beat()).toBe(1)
  expect(await beat()).toBe(1)
  vi.setSystemTime(noon - hourMs)
  expect(await beat()).toBe(2)
  expect(await beat()).toBe(2)
  vi.setSystemTime(noon - hourMs + 3000)
  expect(await beat()).toBe(3)
})

test('a connection sends again when the clock is set back, and keeps pauses that are asked for later', () => {
  const Queue = load('network/requestQueue') as { readonly prototype: ThrottledQueue }
  const queue = Object.assign(Object.create(Queue.prototype) as ThrottledQueue, {
    throttledUntil: -1,
    logger: silent,
  })
  queue.maybeThrottle(500)
  expect(queue.canSendSocketRequestImmediately()).toBe(false)
  vi.setSystemTime(noon - hourMs)
  expect(queue.canSendSocketRequestImmediately()).toBe(true)
  queue.maybeThrottle(500)
  expect(queue.canSendSocketRequestImmediately()).toBe(false)
  vi.setSystemTime(noon - hourMs + 500)
  expect(queue.canSendSocketRequestImmediately()).toBe(true)
})
