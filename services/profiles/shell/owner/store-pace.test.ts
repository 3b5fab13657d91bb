import { beforeEach, expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { createStorePace, gatherMs } from './store-pace.ts'

let now: number
let timers: { readonly at: number; readonly run: () => void }[]
const clock = {
  now: () => now,
  at(at: number, run: () => void) {
    const timer = { at, run }
    timers.push(timer)
    return () => void timers.splice(timers.indexOf(timer), 1)
  },
}
beforeEach(() => {
  now = 5000
  timers = []
})

test('is open before anything was stored', () => {
  expect(createStorePace(clock, 1000).isOpen()).toBe(true)
})

/** How long a pace rests after a store of so many messages. */
function restAfter(messages: number, intervalMs = 1000, lateMs = 0): number {
  const pace = createStorePace(clock, intervalMs)
  const begun = now
  pace.began(messages, epochMs(now - lateMs))
  while (!pace.isOpen()) now += 1
  return now - begun
}

test('rests five milliseconds for each message, up to a quarter of a second', () => {
  expect([1, 10, 49, 50, 51, 500].map((messages) => restAfter(messages))).toEqual([
    5, 50, 245, 250, 250, 250,
  ])
})

test('rests a millisecond for each two messages where that is longer, and no longer than it may', () => {
  expect([502, 600, 2000, 7500].map((messages) => restAfter(messages))).toEqual([
    251, 300, 1000, 1000,
  ])
  expect(restAfter(600, 100)).toBe(100)
})

test('rests for longer than the interval after what 7,500 messages a second bring, and for three at most', () => {
  expect([7500, 9000, 15_000, 37_500, 1_000_000].map((messages) => restAfter(messages))).toEqual([
    1000, 1100, 1500, 3000, 3000,
  ])
  expect(restAfter(1_000_000, 0)).toBe(0)
})

/** Where the rests of a process that is given as many messages a second settle. */
function steadyRest(perSecond: number): number {
  let rest = 1000
  for (let store = 0; store < 50; store += 1)
    rest = restAfter(Math.round((perSecond * rest) / 1000))
  return rest
}

test('settles at one interval under a steady load up to 7,500 messages a second, and at three from 12,500 on', () => {
  expect([2100, 5000, 7500, 12_500, 20_000].map(steadyRest)).toEqual([1000, 1000, 1000, 3000, 3000])
  expect(steadyRest(10_000)).toBeCloseTo(1500, -2)
})

test('rests half as long as it is late, by as many messages as ever, and five intervals at most', () => {
  const late = [500, 2000, 3000, 8000, 3_600_000]
  expect(late.map((lateMs) => restAfter(10_000, 1000, lateMs))).toEqual([
    1167, 1167, 1500, 4000, 5000,
  ])
  expect(restAfter(2400, 1000, 8000)).toBe(1200)
  expect(restAfter(50_000, 0, 8000)).toBe(0)
})

test('one partition that is late lets all rest, until it opens', () => {
  const pace = createStorePace(clock, 1000)
  pace.began(5000, epochMs(now - 6000))
  pace.began(5000, epochMs(now))
  now += 2999
  expect(pace.isOpen()).toBe(false)
  now += 1
  expect(pace.isOpen()).toBe(true)
  pace.began(5000, epochMs(now))
  now += 1000
  expect(pace.isOpen()).toBe(true)
})

test('what several partitions begin together counts together, from when the first of them began', () => {
  const pace = createStorePace(clock, 1000)
  pace.began(200, epochMs(now))
  now += 20
  pace.began(400, epochMs(now))
  now += 279
  expect(pace.isOpen()).toBe(false)
  now += 1
  expect(pace.isOpen()).toBe(true)
})

test('tells whoever waits when it opens, unless that is taken back', () => {
  const pace = createStorePace(clock, 1000)
  pace.began(2000, epochMs(now))
  const takeBack = pace.whenOpen(() => undefined)
  expect(timers.map(({ at }) => at)).toEqual([6000])
  takeBack()
  expect(timers).toEqual([])
})

/** As the event loop does. */
function fire(): void {
  const [timer] = timers.splice(0, 1)
  timer?.run()
}

test('lets one begin after the other, with a turn of the event loop in between', () => {
  const pace = createStorePace(clock, 1000)
  pace.began(2000, epochMs(now))
  const begun: string[] = []
  for (const name of ['a', 'b', 'c'])
    pace.whenOpen(() => {
      begun.push(name)
      pace.began(2000, epochMs(now))
    })
  const takeBack = pace.whenOpen(() => begun.push('d'))
  now = 6000
  fire()
  expect(begun).toEqual(['a'])
  // Whoever comes meanwhile waits for the next time that it opens.
  pace.whenOpen(() => begun.push('next'))
  takeBack()
  fire()
  fire()
  expect(begun).toEqual(['a', 'b', 'c'])
  expect(timers.map(({ at }) => at)).toEqual([7000])
  fire()
  expect(begun).toEqual(['a', 'b', 'c'])
  now = 7000
  fire()
  expect(begun).toEqual(['a', 'b', 'c', 'next'])
  expect(timers).toEqual([])
})

test('lets whoever waits begin when the clock was set back before it opened last', () => {
  const pace = createStorePace(clock, 1000)
  pace.began(2000, epochMs(now))
  let begun = false
  pace.whenOpen(() => (begun = true))
  now -= 3_600_000
  fire()
  expect(begun).toBe(true)
})

test('never rests with an interval of 0, nor behind a clock that was set back', () => {
  const never = createStorePace(clock, 0)
  never.began(50_000, epochMs(now))
  expect(never.isOpen()).toBe(true)
  const pace = createStorePace(clock, 1000)
  pace.began(5000, epochMs(now))
  expect(pace.isOpen()).toBe(false)
  now -= 3_600_000
  expect(pace.isOpen()).toBe(true)
  pace.began(5000, epochMs(now))
  expect(pace.isOpen()).toBe(false)
  now += 1000
  expect(pace.isOpen()).toBe(true)
})

test('rows gather for a millisecond for each two that there were the last time, and never for longer than the pace rests', () => {
  expect([0, 1, 40, 10_000].map(gatherMs(1000))).toEqual([0, 0, 20, 150])
  expect([40, 10_000].map(gatherMs(10))).toEqual([10, 10])
  expect(gatherMs(0)(10_000)).toBe(0)
})
