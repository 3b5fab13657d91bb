import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { defaultLimits } from './limits.ts'
import { checkEventTime, readTime } from './time.ts'

const now = epochMs(Date.UTC(2026, 2, 29, 12))

const berlin = (text: string) =>
  readTime(text, { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' })

describe('reading a time', () => {
  it('reads ISO 8601 as the platform does', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(readTime(date.toISOString())).toBe(date.getTime())
        },
      ),
    )
    expect(readTime('2026-03-29T03:30:00+02:00')).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(readTime('2026-03-29T01:30:00.123456Z')).toBe(Date.UTC(2026, 2, 29, 1, 30, 0, 123))
    expect(readTime('2026-03-29 01:30:00Z')).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(readTime('2026-03-29')).toBe(Date.UTC(2026, 2, 29))
    expect(readTime('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29))
  })
  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    'yesterday',
    true,
    [],
    {},
    Number.NaN,
  ])('%j is none', (value) => {
    expect(readTime(value)).toMatchObject({ reject: 'invalid_time' })
  })
  it('reads wall clocks in their zone, on both sides of a change to daylight saving and in the gap', () => {
    expect(berlin('29.03.2026 01:59')).toBe(Date.UTC(2026, 2, 29, 0, 59))
    expect(berlin('29.03.2026 03:00')).toBe(Date.UTC(2026, 2, 29, 1, 0))
    expect(berlin('29.03.2026 02:30')).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(berlin('25.10.2026 02:30')).toBe(Date.UTC(2026, 9, 25, 0, 30))
  })
  it('reads days without separators, in UTC and elsewhere', () => {
    expect(readTime('19970101', { format: 'yyyymmdd', zone: 'UTC' })).toBe(Date.UTC(1997, 0, 1))
    expect(readTime('19970101', { format: 'yyyymmdd', zone: 'America/New_York' })).toBe(
      Date.UTC(1997, 0, 1, 5),
    )
    expect(readTime(19970101, { format: 'yyyymmdd', zone: 'UTC' })).toBe(Date.UTC(1997, 0, 1))
    expect(readTime('19970230', { format: 'yyyymmdd', zone: 'UTC' })).toMatchObject({
      reject: 'invalid_time',
    })
  })
  it('reads numbers in the unit of the source, written as numbers or as text', () => {
    expect(readTime(1772445600, { format: 'seconds', zone: 'utc' })).toBe(1772445600000)
    expect(readTime('1772445600.5', { format: 'seconds', zone: 'utc' })).toBe(1772445600500)
    expect(readTime('1772445600000', { format: 'milliseconds', zone: 'utc' })).toBe(1772445600000)
  })
})

const check = (ms: number) => checkEventTime(epochMs(ms), now, defaultLimits)?.reject ?? null

describe('whether a time is credible', () => {
  it('each fault of a clock has its own reason', () => {
    expect(check(now)).toBeNull()
    expect(check(now + 5 * 60_000)).toBeNull()
    expect(check(now + 5 * 60_000 + 1)).toBe('future_event_time')
    expect(check(Date.UTC(1990, 0, 1))).toBeNull()
    expect(check(Date.UTC(1989, 11, 31))).toBe('ancient_event_time')
    expect(check(0)).toBe('epoch_zero_time')
    expect(check(Math.floor(now / 1000))).toBe('wrong_time_unit')
    expect(check(now * 1000)).toBe('wrong_time_unit')
    expect(check(-1)).toBe('ancient_event_time')
  })
})
