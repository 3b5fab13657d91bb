import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { Assessment, Severity } from './assess.ts'
import { type Course, follow, newCourse, type Turn } from './episode.ts'
import type { SubjectKind } from './signal.ts'

const day = 86_400_000

type Window = readonly [severity: Severity | null, strength: number] | 'unknown' | 'faint'
const calm: Window = [null, 0]
const edge: Window = [null, 0.8]
const warn: Window = ['warn', 2]
const critical: Window = ['critical', 5]

const assessment = (window: Window, kind: SubjectKind): Assessment => ({
  subject: { kind, name: 'x' },
  severity: typeof window === 'string' ? null : window[0],
  known: typeof window !== 'string',
  faint: window === 'faint',
  strength: typeof window === 'string' ? 0 : window[1],
  p: null,
  reference: null,
  before: null,
  after: null,
  unit: 'psi',
})

function turnsOf(
  windows: readonly Window[],
  kind: SubjectKind = 'feature',
): readonly (Turn['turn'] | null)[] {
  let course: Course = newCourse
  return windows.map((window, index) => {
    const next = follow(course, epochMs(index * day), assessment(window, kind), day)
    course = next.course
    return next.turn?.turn ?? null
  })
}

describe('an episode', () => {
  it('opens when two of three windows are news, not with one', () => {
    expect(turnsOf([warn, calm, calm, warn, calm])).toEqual([null, null, null, null, null])
    expect(turnsOf([warn, warn])).toEqual([null, 'opened'])
    expect(turnsOf([warn, calm, warn])).toEqual([null, null, 'opened'])
  })

  it('opens at once when something is silent', () => {
    expect(turnsOf([warn], 'freshness')).toEqual(['opened'])
  })

  it('closes after three calm windows in a row, of which one at the edge is none', () => {
    expect(turnsOf([warn, warn, calm, calm, calm])).toEqual([null, 'opened', null, null, 'closed'])
    expect(turnsOf([warn, warn, calm, calm, edge, calm, calm, calm])).toEqual([
      null,
      'opened',
      null,
      null,
      null,
      null,
      null,
      'closed',
    ])
  })

  it('that worsens says so once, and is the same episode', () => {
    expect(turnsOf([warn, warn, critical, critical, warn])).toEqual([
      null,
      'opened',
      'worsened',
      null,
      null,
    ])
  })

  it('is neither opened nor closed by windows that nobody knows anything of', () => {
    expect(turnsOf([warn, 'unknown', 'unknown', warn])).toEqual([null, null, null, null])
    expect(turnsOf([warn, warn, calm, calm, 'unknown', 'unknown'])).toEqual([
      null,
      'opened',
      null,
      null,
      null,
      null,
    ])
    expect(turnsOf([warn, warn, calm, 'unknown', calm, calm]).at(-1)).toBe('closed')
  })

  it('closes when it has been too little to be judged for so long that this is what it is like', () => {
    expect(turnsOf([warn, warn, 'faint', 'faint', 'faint']).at(-1)).toBe('closed')
    expect(turnsOf(['faint', 'faint', 'faint'])).toEqual([null, null, null])
  })

  it('says since when it is so, not only when it was noticed', () => {
    let course: Course = newCourse
    let turn: Turn | null = null
    for (const [index, window] of [calm, warn, calm, warn].entries()) {
      const next = follow(course, epochMs(index * day), assessment(window, 'feature'), day)
      ;({ course, turn } = next)
    }
    expect(turn?.episode).toMatchObject({ since: day, openedAt: 3 * day })
  })

  it('opens and closes by turns, whatever comes', () => {
    const window = fc.constantFrom<Window>(calm, edge, warn, critical, 'unknown', 'faint')
    fc.assert(
      fc.property(fc.array(window, { maxLength: 60 }), (windows) => {
        const ends = turnsOf(windows).filter((turn) => turn === 'opened' || turn === 'closed')
        expect(ends).toEqual(ends.map((_, index) => (index % 2 === 0 ? 'opened' : 'closed')))
      }),
    )
  })
})
