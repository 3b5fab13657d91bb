import { describe, expect, it } from 'vitest'
import { snapshot } from '../store/snapshot.ts'
import type { Past } from './references.ts'
import { signalsOf } from './signals.ts'

const [hour, day] = [3_600_000, 86_400_000]
const subject = { kind: 'freshness', name: 'web/segment' } as const

/**
 * What counts as usual after days with these longest silences, in hours.
 * @param alerts Days that alerts have left out.
 */
function usualAfter(
  hours: readonly (number | 'nothing')[],
  alerts: (day: number) => boolean = () => false,
): number | null {
  const lived = hours.map((gap, index) =>
    snapshot(index * day, subject, 'freshness', {
      counts: [index * day, gap === 'nothing' ? 0 : gap * hour],
      rows: gap === 'nothing' ? 0 : 100,
    }),
  )
  const now = hours.length * day
  const past: Past = {
    weekday: [],
    pinned: [],
    recent: lived.filter((_, index) => !alerts(index)),
    lived,
    leftOut: { weekday: 0, pinned: 0 },
  }
  const [signal] = signalsOf(snapshot(now, subject, 'freshness', { counts: [now, 0] }), past, day)
  return signal?.shape === 'freshness' ? signal.longestGapMs / hour : null
}

const isAlert = (index: number): boolean => index < 25
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

  it('is unknown of what came once or twice in four weeks, which may have been an import', () => {
    const nothing = Array.from({ length: 12 }, () => 'nothing' as const)
    expect(usualAfter([1, ...nothing, 300, ...nothing])).toBeNull()
    expect(usualAfter([1, ...nothing, 300, 10, ...nothing])).toBe(10)
  })

  it('is that of three of four weeks, though each was an alert: it comes once a week now', () => {
    const week = [167, ...Array.from({ length: 6 }, () => 'nothing' as const)]
    expect(usualAfter([...days(7), ...week, ...week, ...days(7)], isAlert)).toBe(1)
    expect(usualAfter([...days(7), ...week, ...week, ...week], isAlert)).toBe(167)
  })
})
