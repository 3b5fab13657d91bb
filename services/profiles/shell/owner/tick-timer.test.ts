import { expect, it } from 'vitest'
import { createTickTimer, type Timers } from './tick-timer.ts'

/** Timers that fire when the test moves the time. */
function manual(): Timers & { move(to: number): void; armed(): readonly number[] } {
  let now = 1000
  let waiting: { readonly at: number; readonly run: () => void }[] = []
  return {
    now: () => now,
    at(at, run) {
      const timer = { at, run }
      waiting.push(timer)
      return () => {
        waiting = waiting.filter((other) => other !== timer)
      }
    },
    move(to) {
      now = to
      const due = waiting.filter(({ at }) => at <= now)
      waiting = waiting.filter(({ at }) => at > now)
      for (const { run } of due) run()
    },
    armed: () => waiting.map(({ at }) => at),
  }
}

function started() {
  const timers = manual()
  let sent = 0
  const ticks = createTickTimer(timers, () => {
    sent++
  })
  return { timers, ticks, sent: () => sent }
}

it('sends one Tick when the next timer is due, and none before', () => {
  const { timers, ticks, sent } = started()
  ticks.idle(5000)
  timers.move(4999)
  expect(sent()).toBe(0)
  timers.move(5000)
  expect(sent()).toBe(1)
  expect(timers.armed()).toEqual([])
})

it('arms exactly one timer, for the latest word', () => {
  const { timers, ticks } = started()
  ticks.idle(5000)
  ticks.idle(3000)
  expect(timers.armed()).toEqual([3000])
  ticks.idle(null)
  expect(timers.armed()).toEqual([])
})

it('sends nothing once a batch arrived', () => {
  const { timers, ticks, sent } = started()
  ticks.idle(5000)
  ticks.cancel()
  timers.move(6000)
  expect(sent()).toBe(0)
})

it('rests between two Ticks when the clock of the broker runs behind', () => {
  const { timers, ticks, sent } = started()
  ticks.idle(1000)
  timers.move(1000)
  // Its record came back with a timestamp before the due time: still due.
  ticks.idle(1000)
  expect(timers.armed()).toEqual([1250])
  timers.move(1250)
  expect(sent()).toBe(2)
})

it('sends what is due when its own clock was set back since the last one', () => {
  const { timers, ticks, sent } = started()
  timers.move(3_600_000)
  ticks.idle(timers.now())
  timers.move(3_600_001)
  expect(sent()).toBe(1)
  timers.move(1000)
  // A walk that goes on: it waits for the next message, whatever the time is.
  ticks.idle(timers.now())
  timers.move(1000)
  expect(sent()).toBe(2)
})
