import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { RebuildReport } from './ports.ts'
import { createWatch } from './watch.ts'

const at = (epoch: number, events: number): RebuildReport => ({
  phase: 'building',
  epoch,
  slice: 1,
  events,
  links: 0,
  pausedAt: null,
  logTime: epochMs(0),
})

async function watched(isTTY: boolean) {
  const written: string[] = []
  const shown: number[] = []
  let ms = 0
  let stored = 100
  const stderr = {
    isTTY,
    write: (text: string) => {
      written.push(text)
      return true
    },
  }
  return {
    written,
    /** Totals of the bar. */
    shown,
    move: (by: number): void => {
      ms += by
    },
    store: (events: number): void => {
      stored = events
    },
    watch: await createWatch(
      { stderr, now: () => new Date(ms) },
      false,
      async () => Promise.resolve(stored),
      {
        start: () => undefined,
        setTotal: (total) => shown.push(total),
        update: () => undefined,
        stop: () => undefined,
      },
    ),
  }
}

it('says in a log that it goes on: at each phase, and once a minute', async () => {
  const { watch, written, move } = await watched(false)
  watch.report(at(1, 10))
  move(59_000)
  watch.report(at(1, 20))
  expect(written).toHaveLength(1)
  move(1000)
  watch.report(at(1, 30))
  expect(written.at(-1)).toContain('round 1, slice 1, 30 events')
  watch.report({ ...at(1, 30), phase: 'pausing' })
  expect(written).toHaveLength(3)
})

it('shows whoever watches how much of all there is, those that came meanwhile included', async () => {
  const { watch, shown, store } = await watched(true)
  watch.report(at(1, 100))
  store(400)
  watch.report(at(2, 100))
  await nextTurn()
  watch.report(at(2, 200))
  expect(shown).toEqual([100, 100, 400])
})

it('counts the pause of the channels from where it began, though another command began it', async () => {
  const { watch, move } = await watched(false)
  move(90_000)
  watch.report({ ...at(2, 30), phase: 'draining', pausedAt: epochMs(60_000) })
  move(10_000)
  watch.report({ ...at(2, 30), phase: 'done', pausedAt: epochMs(60_000) })
  expect(watch.pausedMs()).toBe(40_000)
})

it('says once whom it waits for when that takes long', async () => {
  const { watch, move, written } = await watched(false)
  for (const waitedMs of [0, 14_000, 1000, 60_000]) {
    move(waitedMs)
    watch.waits('the channels to leave')
  }
  expect(written).toEqual(['waiting for the channels to leave\n'])
  watch.report(at(1, 10))
  move(20_000)
  watch.waits('the channels to leave')
  expect(written).toHaveLength(2)
})
