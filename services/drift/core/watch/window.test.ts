import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { Course } from './episode.ts'
import type { Signal, Subject } from './signal.ts'
import { runWindow } from './window.ts'

const day = 86_400_000
const source: Subject = { kind: 'volume', name: 'web/segment' }
const feature: Subject = { kind: 'feature', name: 'visits' }
const upstream = new Map([['feature:visits', new Set(['volume:web/segment'])]])

/** How many times as many as usual there are of both. */
type Window = readonly [ofSource: number, ofFeature: number]

const signal = (subject: Subject, times: number): Signal => ({
  shape: 'count',
  subject,
  current: 1000 * times,
  reference: [1000],
  ratio: 2,
})

function noticesOf(windows: readonly Window[]): readonly string[] {
  let courses: ReadonlyMap<string, Course> = new Map()
  return windows.flatMap(([ofSource, ofFeature], index) => {
    const result = runWindow({
      at: epochMs(index * day),
      windowMs: day,
      // Whatever comes first: what explains is known of the whole window.
      signals: [signal(feature, ofFeature), signal(source, ofSource)],
      courses,
      surroundings: { upstream, changes: [] },
    })
    ;({ courses } = result)
    return result.notices.map(
      ({ turn, assessment, inhibited }) =>
        `${index} ${assessment.subject.kind} ${turn}${inhibited ? ' inhibited' : ''}`,
    )
  })
}

const calm: Window = [1, 1]

describe('an alert that something upstream explains', () => {
  it('is on the record alone from its beginning to its end, which may come later than that of its cause', () => {
    const windows: Window[] = [
      [0.4, 0.4],
      [0.4, 0.4],
      calm,
      calm,
      [1, 0.4],
      [1, 0.4],
      calm,
      calm,
      calm,
    ]
    expect(noticesOf(windows)).toEqual([
      '1 feature opened inhibited',
      '1 volume opened',
      '4 volume closed',
      '8 feature closed inhibited',
    ])
  })

  it('stays so when it opens only after its cause is over: what remembers goes on sinking', () => {
    expect(
      noticesOf([
        [0.4, 1],
        [0.4, 1],
        [1, 0.4],
        [1, 0.4],
      ]),
    ).toEqual(['1 volume opened', '3 feature opened inhibited'])
  })

  it('is told when it becomes worse after its cause has ended, and then its end is told too', () => {
    const windows: Window[] = [
      [0.4, 0.4],
      [0.4, 0.4],
      [1, 0.4],
      [1, 0.4],
      [1, 0.4],
      [1, 0.1],
      calm,
      calm,
      calm,
    ]
    expect(noticesOf(windows)).toEqual([
      '1 feature opened inhibited',
      '1 volume opened',
      '4 volume closed',
      '5 feature worsened',
      '8 feature closed',
    ])
  })

  it('is told when it outlives its cause by weeks', () => {
    const windows: Window[] = [
      [0.4, 0.4],
      ...Array.from({ length: 60 }, (_, n): Window => [n < 3 ? 0.4 : 1, 0.4]),
    ]
    expect(noticesOf(windows)).toEqual([
      '1 feature opened inhibited',
      '1 volume opened',
      '6 volume closed',
      '57 feature opened',
    ])
  })

  it('that was told before stays told', () => {
    const windows: Window[] = [[1, 0.4], [1, 0.4], [0.4, 0.4], [0.4, 0.1], calm, calm, calm]
    expect(noticesOf(windows)).toEqual([
      '1 feature opened',
      '3 feature worsened inhibited',
      '3 volume opened',
      '6 feature closed',
      '6 volume closed',
    ])
  })
})

describe('a subject that is not measured any more', () => {
  it('is calm: its alert ends after three windows, and says so', () => {
    let courses: ReadonlyMap<string, Course> = new Map()
    const ended = [0.4, 0.4, null, null, null, null].flatMap((times, index) => {
      const result = runWindow({
        at: epochMs(index * day),
        windowMs: day,
        signals: times === null ? [] : [signal(feature, times)],
        courses,
        surroundings: { upstream, changes: [] },
      })
      ;({ courses } = result)
      expect(result.assessments.map(({ known }) => known)).toEqual(
        times !== null ? [true] : index < 5 ? [false] : [],
      )
      return result.notices.map(({ turn, assessment: { before } }) => `${index} ${turn} ${before}`)
    })
    expect(ended).toEqual(['1 opened 1000', '4 closed null'])
  })
})

it('what waits in the pipeline is told at once, and the silence that it looks like is not', () => {
  const late = (kind: 'lag' | 'freshness', name: string): Signal => ({
    shape: 'freshness',
    subject: { kind, name },
    lastAt: epochMs(0),
    asOf: epochMs(day / 3),
    longestGapMs: 60_000,
  })
  const { notices } = runWindow({
    at: epochMs(day),
    windowMs: day,
    signals: [late('freshness', 'web/segment'), late('lag', 'profiles')],
    courses: new Map(),
    surroundings: {
      upstream: new Map([['freshness:web/segment', new Set(['lag:profiles'])]]),
      changes: [],
    },
  })
  expect(notices.map(({ assessment, inhibited }) => [assessment.subject.kind, inhibited])).toEqual([
    ['freshness', true],
    ['lag', false],
  ])
})
