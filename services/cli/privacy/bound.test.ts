import { expect, test } from 'vitest'
import { dayMs, daysOf, topicPart } from './bound.ts'

const part = (settings: Readonly<Record<string, string>>) =>
  topicPart('x', new Map(Object.entries(settings)))

test('a record outlives its retention by the segment that it lies in', () => {
  const { ms } = part({
    'cleanup.policy': 'delete',
    'retention.ms': String(14 * dayMs),
    'segment.ms': String(7 * dayMs),
  })
  expect(Math.ceil((ms ?? 0) / dayMs)).toBe(22)
})

test('a compacted topic is bounded by its lag, and by nothing without one', () => {
  const lag = { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': String(dayMs) }
  expect(daysOf([part(lag)])).toBe(2)
  expect(part({ ...lag, 'max.compaction.lag.ms': '9223372036854775807' }).ms).toBeNull()
})

const days = (ms: number | null) => ({ place: '', ms, why: '' })

test('the bound is the longest of its parts, and none when one has none', () => {
  expect(daysOf([days(dayMs), days(3 * dayMs), days(1)])).toBe(3)
  expect(daysOf([days(dayMs), days(null)])).toBeNull()
})
