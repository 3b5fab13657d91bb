import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { assess } from './assess.ts'
import type { Histogram, ReferenceName, ShareFloor, Signal } from './signal.ts'

const subject = { kind: 'feature', name: 'x' } as const
const histogram = (counts: readonly number[], edgesId = 'e1'): Histogram => ({
  edgesId,
  counts,
  rows: counts.reduce((sum, count) => sum + count, 0),
  nulls: counts.at(-1) ?? 0,
})
const distribution = (
  current: Histogram,
  ...references: readonly (readonly [ReferenceName, Histogram])[]
): Signal => ({ shape: 'distribution', subject, current, references: new Map(references) })

const even = [1000, 1000, 1000, 0]
const one = (signal: Signal) => assess([signal])[0]

describe('a distribution', () => {
  it('that stayed is no news, one that moved is, with the reference that shows it most', () => {
    const steady = histogram([310, 340, 350, 0])
    expect(one(distribution(steady, ['weekday', histogram(even)]))).toMatchObject({
      severity: null,
      known: true,
    })
    const moved = histogram([600, 250, 150, 0])
    expect(
      one(
        distribution(
          moved,
          ['weekday', histogram([2000, 1000, 600, 0])],
          ['pinned', histogram(even)],
        ),
      ),
    ).toMatchObject({ severity: 'critical', reference: 'pinned' })
  })

  it('is unknown without enough rows, or against a reference with other edges', () => {
    const moved = histogram([400, 50, 49, 0])
    expect(one(distribution(moved, ['weekday', histogram(even)]))?.known).toBe(false)
    const enough = histogram([400, 60, 60, 0])
    expect(one(distribution(enough, ['weekday', histogram(even, 'e2')]))?.known).toBe(false)
    expect(one(distribution(enough, ['weekday', histogram([600, 600, 600, 0])]))?.known).toBe(false)
    expect(one(distribution(enough))?.known).toBe(false)
  })

  it('of too few rows is faint when there were too few before', () => {
    const few = histogram([160, 160, 160, 0])
    expect(one(distribution(few))?.faint).toBe(true)
    expect(one(distribution(few, ['weekday', histogram([600, 600, 600, 0])]))?.faint).toBe(true)
    expect(one(distribution(few, ['weekday', histogram(even)]))?.faint).toBe(false)
    expect(one(distribution(histogram([200, 200, 200, 0])))?.faint).toBe(false)
  })

  it('of which more is empty by a point is a warning, though its shape stayed', () => {
    const fuller = histogram([9700, 9700, 9700, 900])
    const emptier = histogram([3200, 3200, 3200, 600])
    expect(one(distribution(emptier, ['weekday', fuller]))).toMatchObject({
      severity: 'warn',
      unit: 'share',
      before: 0.03,
    })
    expect(one(distribution(fuller, ['weekday', emptier]))?.severity).toBeNull()
  })
})

it('a distribution near its pinned baseline is no news, though an incident in the weekday’s reference makes it look so', () => {
  const back = histogram([345, 335, 330, 0])
  const incident = ['weekday', histogram([2500, 500, 500, 0])] as const
  expect(one(distribution(back, incident))?.severity).toBe('critical')
  expect(one(distribution(back, incident, ['pinned', histogram(even)]))).toMatchObject({
    severity: null,
    reference: 'pinned',
  })
})

it('values that went missing where none ever did are told as that, unless the others moved as well', () => {
  const full = ['pinned', histogram([9000, 9000, 9000, 0])] as const
  expect(one(distribution(histogram([970, 970, 970, 90]), full))).toMatchObject({
    severity: 'warn',
    unit: 'share',
  })
  expect(one(distribution(histogram([1800, 600, 510, 90]), full))).toMatchObject({
    severity: 'critical',
    unit: 'psi',
  })
})

const ofCount = (current: number, reference: readonly number[]) =>
  one({ shape: 'count', subject, current, reference, ratio: 2 })
const ofShare = (hits: number, before: number, floor: ShareFloor) =>
  one({
    shape: 'share',
    subject,
    current: { hits, of: 10_000 },
    reference: { hits: before, of: 40_000 },
    floor,
  })
const noneOf = (current: number, reference: number) =>
  one({
    shape: 'share',
    subject,
    current: { hits: 0, of: current },
    reference: { hits: 0, of: reference },
    floor: { ratio: 2 },
  })

describe('a count', () => {
  it.each([
    [100, null],
    [199, null],
    [200, 'warn'],
    [50, 'warn'],
    [400, 'critical'],
    [25, 'critical'],
    [0, 'critical'],
  ])('of %s where 100 were the rule is %s', (current, severity) => {
    expect(ofCount(current, [90, 100, 100, 1000])?.severity).toBe(severity)
  })

  it('is held against windows in which there was something', () => {
    expect(ofCount(100, [0, 0, 0, 100])?.severity).toBeNull()
  })

  it('of few things is unknown', () => {
    expect(ofCount(3, [12, 9])?.known).toBe(false)
    expect(ofCount(100, [])?.known).toBe(false)
    expect(ofCount(60, [0])?.severity).toBe('critical')
  })

  it('is faint when what was before is as little, so that what fell to a trickle is no alert for ever', () => {
    expect(ofCount(30, [1000, 1000])).toMatchObject({ known: true, faint: false })
    expect(ofCount(30, [30, 28])).toMatchObject({ known: false, faint: true })
    expect(ofCount(0, [0, 0])?.faint).toBe(true)
    expect(ofCount(30, [])?.faint).toBe(false)
  })
})

describe('a share', () => {
  it('that grew by the points that count is news, one that fell is not', () => {
    expect(ofShare(300, 800, { points: 0.01 })?.severity).toBe('warn')
    expect(ofShare(299, 800, { points: 0.01 })?.severity).toBeNull()
    expect(ofShare(100, 1600, { points: 0.01 })?.severity).toBeNull()
    expect(ofShare(1200, 800, { points: 0.01 })?.severity).toBe('critical')
  })

  it('by ratio is news both ways, unless it is chance or next to nothing', () => {
    expect(ofShare(600, 1200, { ratio: 2 })?.severity).toBe('warn')
    expect(ofShare(150, 1200, { ratio: 2 })?.severity).toBe('warn')
    expect(ofShare(599, 1200, { ratio: 2 })?.severity).toBeNull()
    expect(ofShare(8, 8, { ratio: 2 })?.severity).toBeNull()
    expect(ofShare(0, 4, { ratio: 2 })?.severity).toBeNull()
    expect(ofShare(100, 0, { ratio: 2 })?.severity).toBe('critical')
  })

  it('of too few is faint when there were too few before', () => {
    expect(noneOf(499, 2000)).toMatchObject({ known: false, faint: false })
    expect(noneOf(500, 1999)).toMatchObject({ known: false, faint: false })
    expect(noneOf(499, 1999)).toMatchObject({ known: false, faint: true })
  })
})

const ofLeft = (left: number) => ofShare(10_000 - left, 40_000 - 1200, { restRatio: 2 })

it('of those who stayed, twice as many who did not are news, and so are half as many', () => {
  expect([149, 299, 601, 1201].map((left) => ofLeft(left)?.severity)).toEqual([
    'warn',
    null,
    'warn',
    'critical',
  ])
  expect(ofLeft(600)).toMatchObject({ before: 0.97, after: 0.94 })
})

describe('silence', () => {
  const hour = 3_600_000
  const of = (hours: number, gapHours: number) =>
    one({
      shape: 'freshness',
      subject,
      lastAt: epochMs(0),
      asOf: epochMs(hours * hour),
      longestGapMs: gapHours * hour,
    })?.severity

  it('is measured by what was usual, and never below an hour', () => {
    expect([of(0.9, 0.01), of(1, 0.01), of(4, 0.01)]).toEqual([null, 'warn', 'critical'])
    expect([of(8, 3), of(9, 3), of(36, 3)]).toEqual([null, 'warn', 'critical'])
  })
})

it('whether one change counts depends on how many were looked at', () => {
  const slight = distribution(histogram([400, 320, 280, 0]), [
    'weekday',
    histogram([1500, 1400, 1450, 0]),
  ])
  const p = assess([slight])[0]?.p ?? 1
  const steady = distribution(histogram([334, 333, 333, 0]), ['weekday', histogram(even)])
  const many = Array.from({ length: Math.ceil(0.01 / p) + 1 }, () => steady)
  expect(assess([slight])[0]?.strength).toBeGreaterThan(0)
  expect(assess([slight, ...many])[0]?.strength).toBe(0)
})
