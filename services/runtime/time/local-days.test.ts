import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarWindow } from './calendar-window.ts'
import { localDays } from './local-days.ts'

const hour = 3_600_000
const hours = (zone: string, date: string): number => {
  const days = localDays(zone)
  const day = Date.parse(`${date}T00:00:00Z`) / (24 * hour)
  return (days.startOf(day + 1) - days.startOf(day)) / hour
}
const start = (zone: string, date: string): string =>
  new Date(localDays(zone).startOf(Date.parse(`${date}T00:00:00Z`) / (24 * hour))).toISOString()

/** What a wall clock shows. */
const dateShown = (zone: string, at: number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at)

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Africa/Cairo',
]

describe('local days', () => {
  it('have 23 and 25 hours where clocks change', () => {
    expect(hours('Europe/Berlin', '2026-03-29')).toBe(23)
    expect(hours('Europe/Berlin', '2026-10-25')).toBe(25)
    expect(hours('Europe/Berlin', '2026-06-01')).toBe(24)
    expect(hours('Australia/Lord_Howe', '2026-04-05')).toBe(24.5)
  })

  it('begin where clocks first show them, though midnight is skipped', () => {
    // At 24:00 of 3 November 2018 clocks in São Paulo went to 01:00.
    expect(start('America/Sao_Paulo', '2018-11-04')).toBe('2018-11-04T03:00:00.000Z')
  })

  it('begin once, though the hour before midnight comes twice', () => {
    // At 24:00 of 17 February 2018 clocks in São Paulo went back to 23:00.
    expect(hours('America/Sao_Paulo', '2018-02-17')).toBe(25)
    expect(start('America/Sao_Paulo', '2018-02-18')).toBe('2018-02-18T03:00:00.000Z')
  })

  it('are what wall clocks show, and follow each other without gap or overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2060, 0) }),
        (zone, at) => {
          const days = localDays(zone)
          const day = days.dayOf(at)
          expect(days.startOf(day)).toBeLessThanOrEqual(at)
          expect(days.startOf(day + 1)).toBeGreaterThan(at)
          expect(dateShown(zone, at)).toBe(new Date(day * 24 * hour).toISOString().slice(0, 10))
          expect(days.dayOf(days.startOf(day))).toBe(day)
          expect(days.dayOf(days.startOf(day) - 1)).toBe(day - 1)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are known for any time that an event may have', () => {
    for (const at of [Date.UTC(1900, 0), -1, 0, Date.UTC(2299, 11, 31)])
      expect(
        localDays('Europe/Berlin').startOf(localDays('Europe/Berlin').dayOf(at)),
      ).toBeLessThanOrEqual(at)
  })
})

it('hours are those of UTC', () => {
  const window = calendarWindow('hour', 24, 'Asia/Kolkata')
  expect(window.startOf(window.bucketOf(10 * hour + 1))).toBe(10 * hour)
  expect(window.zone).toBeNull()
})
