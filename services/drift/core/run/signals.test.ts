import { describe, expect, it } from 'vitest'
import { snapshot } from '../store/snapshot.ts'
import type { Past } from './references.ts'
import { signalsOf } from './signals.ts'

const [hour, day] = [3_600_000, 86_400_000]
const subject = { kind: 'freshness', name: 'web/segment' } as const

/** What counts as usual after days with these longest silences, in hours. */
function usualAfter(hours: readonly number[]): number | null {
  const recent = hours.map((gap, index) =>
    snapshot(index * day, subject, 'freshness', { counts: [index * day, gap * hour] }),
  )
  const now = hours.length * day
  const past: Past = { weekday: [], pinned: [], recent, leftOut: { weekday: 0, pinned: 0 } }
  const [signal] = signalsOf(
    [snapshot(now, subject, 'freshness', { counts: [now, 0] })],
    () => past,
    day,
  )
  return signal?.shape === 'freshness' ? signal.longestGapMs / hour : null
}

const days = (count: number): readonly number[] => Array.from({ length: count }, () => 1)

describe('the silence that is usual', () => {
  it('is not that of the one lull, which would hide the next for four weeks', () => {
    expect(usualAfter([...days(20), 12])).toBe(1)
  })

  it('is that of every weekend', () => {
    expect(usualAfter([...days(6), 60, ...days(6), 60, ...days(2)])).toBe(60)
  })

  it('is the longest as long as little is known, and unknown at first', () => {
    expect(usualAfter([...days(6), 60, ...days(3)])).toBe(60)
    expect(usualAfter(days(2))).toBeNull()
  })
})
