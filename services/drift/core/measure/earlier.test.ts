import { expect, test } from 'vitest'
import { countOf, shareOf, type Snapshot, snapshot } from '../store/snapshot.ts'
import type { Course } from '../watch/episode.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { earlierOf } from './earlier.ts'

const day = 86_400_000
const asOf = 100 * day
const lag = (at: number, name: string, delay: number): Snapshot =>
  snapshot(at, { kind: 'lag', name }, 'freshness', { counts: [at - delay, delay] })
const type = (at: number, name: string, n: number): Snapshot =>
  shareOf(at, { kind: 'volume', name }, n, 100)
const open: Course = {
  recent: ['warn'],
  open: { since: epochMs(0), openedAt: epochMs(0), severity: 'warn', calm: 0, inhibited: false },
}

test('what came in four weeks is looked for, whether or not it comes; so is what has an alert', () => {
  const earlier = earlierOf(
    [
      countOf(99 * day, { kind: 'volume', name: 'web/segment' }, 7),
      type(99 * day, 'web/segment custom:a b', 1),
      type(99 * day, 'web/segment nothing lately', 0),
      type(99 * day, 'web/segment alarming', 0),
      type(60 * day, 'web/segment of the baseline', 9),
      type(asOf, 'web/segment of this window', 9),
      shareOf(98 * day, { kind: 'dead_letters', name: 'bad x' }, 1, 100),
      snapshot(97 * day, { kind: 'freshness', name: 'web/segment' }, 'freshness', {
        counts: [95 * day, 0],
      }),
      snapshot(98 * day, { kind: 'freshness', name: 'web/segment' }, 'freshness', {
        counts: [94 * day, 0],
      }),
    ],
    new Map([['volume:web/segment alarming', open]]),
    asOf,
    day,
  )
  expect(earlier.types).toEqual(new Map([['web/segment', ['custom:a b', 'alarming']]]))
  expect(earlier.letters).toEqual(['bad x'])
  expect(earlier.lastAt).toEqual(new Map([['web/segment', 95 * day]]))
})

test('a stage that reported in four weeks is looked for; that it was looked for in vain is no report', () => {
  const stages = [lag(99 * day, 'profiles', 0), lag(99 * day, 'crm', day)]
  expect(earlierOf(stages, new Map(), asOf, day).stages).toEqual(['profiles'])
  expect(earlierOf(stages, new Map([['lag:crm', open]]), asOf, day).stages).toEqual([
    'profiles',
    'crm',
  ])
})

test('a source that has not come for four weeks is gone, whatever is still measured of its silence', () => {
  const silent = (name: string, lastAt: number): Snapshot =>
    snapshot(99 * day, { kind: 'freshness', name }, 'freshness', { counts: [lastAt, 0] })
  const { lastAt } = earlierOf(
    [silent('crm/till', 72 * day), silent('crm/old', 72 * day - 1)],
    new Map([['freshness:crm/old', open]]),
    asOf,
    day,
  )
  expect([...lastAt.keys()]).toEqual(['crm/till'])
})
