import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { defaultLimits } from './limits.ts'
import { checkEventTime, readClock, readTime, statesOffset } from './time.ts'

const now = epochMs(Date.UTC(2026, 2, 29, 12))

const berlin = (text: string) =>
  readTime(text, { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' })

const read = (text: string, format: string, zone = 'UTC') => readTime(text, { format, zone })
const states = (value: unknown, format: string) => statesOffset(value, { format, zone: 'UTC' })

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
    ['lower case, a comma', '2026-03-29t01:30:00,5z', Date.UTC(2026, 2, 29, 1, 30, 0, 500)],
    ['no separators', '20260329T013000Z', Date.UTC(2026, 2, 29, 1, 30)],
    ['no seconds', '2026-03-29T01:30+01:00', Date.UTC(2026, 2, 29, 0, 30)],
    ['a short offset', '2026-03-29 01:30:00+01', Date.UTC(2026, 2, 29, 0, 30)],
    ['an offset apart', '2026-03-29 01:30:00 -0330', Date.UTC(2026, 2, 29, 5, 0)],
    ['nanoseconds', '2026-03-29T01:30:00.123456789123Z', Date.UTC(2026, 2, 29, 1, 30, 0, 123)],
    ['a name behind', '2026-01-01 12:00:00 UTC', Date.UTC(2026, 0, 1, 12)],
    ['a zone behind', '2026-01-01 12:00:00 Europe/Berlin', Date.UTC(2026, 0, 1, 11)],
    ['a zone in brackets', '2026-01-01T12:00:00[Europe/Berlin]', Date.UTC(2026, 0, 1, 11)],
    ['an offset that wins', '2026-01-01T12:00:00+02:00[Europe/Berlin]', Date.UTC(2026, 0, 1, 10)],
    ['the far east', '2026-01-01T12:00:00+14:00', Date.UTC(2025, 11, 31, 22)],
    ['the far west', '2026-01-01T12:00:00-12:00', Date.UTC(2026, 0, 2, 0)],
    ['midnight at the end', '2026-01-01T24:00:00Z', Date.UTC(2026, 0, 2)],
    ['a leap second', '2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59, 999)],
    [
      'a leap second elsewhere',
      '2017-01-01T05:29:60+05:30',
      Date.UTC(2016, 11, 31, 23, 59, 59, 999),
    ],
    ['a month', '2026-03', Date.UTC(2026, 2, 1)],
    ['a day of a week', '2026-W13-7', Date.UTC(2026, 2, 29)],
    ['a day of a year', '2026-088', Date.UTC(2026, 2, 29)],
  ])('reads %s: %s', (_, text, at) => {
    expect(readTime(text)).toBe(at)
  })
  it.each([
    '2026-01-01T00:00:00+25:00',
    '2026-01-01T00:00:00+15:00',
    '2026-01-01T00:00:00-13:00',
    '2026-01-01T00:00:00+02:60',
    '2026-01-01 00:00:00 +2500',
    '2026-01-01T00:00:00XYZ',
    '2026-01-01 00:00:00 XYZ',
    '2026-01-01 00:00:00 Mars/Olympus',
    '2026-01-01T00:00:00[Mars/Olympus]',
    '2026-01-01T00:00:00+02:00[Mars/Olympus]',
  ])('%s has a zone that there is not', (text) => {
    expect(readTime(text)).toMatchObject({ reject: 'invalid_time_zone' })
  })
  it('knows a zone that there is not in a pattern, and as the source’s own', () => {
    const unknown = { reject: 'invalid_time_zone' }
    expect(read('29.03.2026 10:00 +25:00', 'dd.MM.yyyy HH:mm ZZ')).toMatchObject(unknown)
    expect(read('29.03.2026 10:00 Mars/Olympus', 'dd.MM.yyyy HH:mm z')).toMatchObject(unknown)
    expect(read('2026-03-29 10:00', 'iso', 'Mars/Olympus')).toMatchObject(unknown)
    expect(read('20260329', 'yyyymmdd', 'Mars/Olympus')).toMatchObject(unknown)
    expect(read('29.03.2026 10:00 +02:00', 'dd.MM.yyyy HH:mm ZZ')).toBe(Date.UTC(2026, 2, 29, 8))
    expect(read('29.03.2026 10:00 Europe/Berlin', 'dd.MM.yyyy HH:mm z')).toBe(
      Date.UTC(2026, 2, 29, 8),
    )
  })
  it('knows years of two and of five digits in a pattern', () => {
    expect(read('29.03.26', 'dd.MM.y')).toMatchObject({ reject: 'invalid_time' })
    expect(read('29.03.12026', 'dd.MM.y')).toMatchObject({ reject: 'invalid_time' })
    expect(read('29.03.26', 'dd.MM.yy')).toBe(Date.UTC(2026, 2, 29))
  })
  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00',
    '2026-04-31',
    '0000-00-00 00:00:00',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T12:60:00Z',
    '2026-01-01T12:00:60Z',
    '2026-01-01T23:59:60+01:00',
    '2026-01-01T23:59:61Z',
    '2026-01-01 10:00:00 PM',
    '12026-01-01T00:00:00Z',
    '+012026-01-01T00:00:00Z',
    '26-01-01T00:00:00Z',
    '26-01-01',
    '01/02/2026',
    '10:30',
    '10:30:00',
    'T10:30',
    '1030',
    '2026',
    '1772445600',
    '1772445600000',
    '2026-03-29T',
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
    expect(readTime(1772445600000123, { format: 'microseconds', zone: 'utc' })).toBe(1772445600000)
    expect(readTime(1772445600000123456n, { format: 'nanoseconds', zone: 'utc' })).toBe(
      1772445600000,
    )
  })
  it('reads a wall clock as the library does, in any zone', () => {
    const zones = ['Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu', 'UTC']
    const walls = fc.date({
      min: new Date('1990-01-01'),
      max: new Date('2040-01-01'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(walls, fc.constantFrom(...zones), (wall, zone) => {
        const text = wall.toISOString().slice(0, 23)
        const [first] = DateTime.fromISO(text, { zone })
          .getPossibleOffsets()
          .map((possible) => possible.toMillis())
          .toSorted((a, b) => a - b)
        expect(readTime(text, { format: 'iso', zone })).toBe(first)
      }),
    )
  })
  it('never throws, and gives a time of four digits or says why not', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom('', '2026-03-29T10:00'),
        (tail, head) => {
          const at = readTime(head + tail)
          const year = typeof at === 'number' ? new Date(at).getUTCFullYear() : 0
          expect(year).toBeLessThan(10_001)
        },
      ),
    )
  })
})

describe('whether a time states its offset', () => {
  it.each([
    ['2026-03-29T10:00:00Z', true],
    ['2026-03-29T10:00:00+02:00', true],
    ['2026-03-29 10:00:00 Europe/Berlin', true],
    ['2026-W13-7T10:00+02:00', true],
    ['2026-03-29T10:00:00', false],
    ['2026-03-29 10:00', false],
    ['2026-03-29', false],
    ['20260329', false],
    [1772445600000, true],
    [new Date(0), true],
  ])('%s: %s', (value, isStated) => {
    expect(statesOffset(value)).toBe(isStated)
  })
  it('is the pattern’s to say, and never a unit’s', () => {
    expect(states('29.03.2026 10:00', 'dd.MM.yyyy HH:mm')).toBe(false)
    expect(states('29.03.2026 10:00 +02:00', 'dd.MM.yyyy HH:mm ZZ')).toBe(true)
    expect(states('29.03.2026 at 10:00', "dd.MM.yyyy 'Zeit' HH:mm")).toBe(false)
    expect(states('20260329', 'yyyymmdd')).toBe(false)
    expect(states('1772445600', 'seconds')).toBe(true)
    expect(readClock('2026-03-29', { format: 'iso', zone: 'Europe/Berlin' })).toEqual({
      at: Date.UTC(2026, 2, 28, 23),
      zoneless: true,
    })
  })
})

const check = (ms: number, zoneless = false) =>
  checkEventTime(epochMs(ms), now, defaultLimits, zoneless)?.reject ?? null
const hour = 3_600_000

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
    expect(check(Date.UTC(1899, 11, 30))).toBe('ancient_event_time')
  })
  it('tells every unit that somebody may have taken for another', () => {
    const seconds = Math.floor(now / 1000)
    // As milliseconds: seconds, microseconds, nanoseconds. As seconds: milliseconds, microseconds, nanoseconds.
    for (const ms of [seconds, now * 1e3, now * 1e6, now * 1e3, now * 1e6, now * 1e9])
      expect(check(ms)).toBe('wrong_time_unit')
    expect(check(now * 2)).toBe('future_event_time')
    expect(check(Date.UTC(2300, 0, 1))).toBe('future_event_time')
  })
  it('takes a wall clock that is some hours ahead for one of another zone', () => {
    expect(check(now + 5 * 60_000, true)).toBeNull()
    expect(check(now + 5 * 60_000 + 1, true)).toBe('wrong_time_zone')
    expect(check(now + 14 * hour, true)).toBe('wrong_time_zone')
    expect(check(now + 14 * hour + 1, true)).toBe('future_event_time')
    expect(check(now + 2 * hour)).toBe('future_event_time')
    expect(check(now - 2 * hour, true)).toBeNull()
  })
  it('takes the start of Unix time in the source’s zone for it, too', () => {
    expect(check(-2 * hour, true)).toBe('epoch_zero_time')
    expect(check(-2 * hour)).toBe('ancient_event_time')
  })
})

const instantOf = (text: string): unknown => {
  const time = readTime(text)
  return typeof time === 'number' ? time : 'no time'
}

it('reads the usual form of a time as it reads any other form of it', () => {
  const usual = fc
    .date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString())
  const written = fc.oneof(
    usual,
    usual.map((text) => text.replace(/\.\d{3}/, '')),
    // One character is another: 24:00, second 60, day 31, a letter.
    fc
      .tuple(
        usual,
        fc.nat(22),
        fc.constantFrom('0', '1', '2', '3', '6', '9', '-', ':', '.', 'T', ' ', 'x'),
      )
      .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
  )
  fc.assert(
    fc.property(written, (text) => {
      expect(instantOf(text)).toBe(instantOf(text.replace('Z', '+00:00')))
    }),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(usual, (text) => {
      expect(readTime(text)).toBe(Date.parse(text))
    }),
  )
})
