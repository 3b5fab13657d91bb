import { IANAZone } from 'luxon'
import { expect, it } from 'vitest'
import { dayMs } from './calendar.ts'
import { instantIn, zoneDaysKnown, zoneDaysMax } from './zone.ts'

it('remembers as many days of zones as its limit, all zones together, and answers the same beyond it', () => {
  const zones = ['Europe/Berlin', 'America/New_York'].map((name) => IANAZone.create(name))
  const start = Date.UTC(1990, 0, 1)
  const winter = (zone: IANAZone): number => instantIn(start, zone) - start
  const before = zones.map(winter)
  let known = zoneDaysKnown()
  let forgot = 0
  for (let day = 1; day <= zoneDaysMax / 2 + 1; day += 1)
    for (const zone of zones) {
      instantIn(start + day * dayMs, zone)
      const now = zoneDaysKnown()
      expect(now).toBeLessThanOrEqual(zoneDaysMax)
      if (now < known) forgot += 1
      known = now
    }
  expect(forgot).toBe(1)
  expect(zones.map(winter)).toEqual(before)
})
