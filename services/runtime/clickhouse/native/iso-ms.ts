const dayMs = 86_400_000

/** Days of 512 dates that were read lately, each in the place of its last bits: rows of a batch say the same ones again and again. */
const daysSize = 512
const dateOf = new Int32Array(daysSize).fill(-1)
const dayOf = new Int32Array(daysSize)

/**
 * UTC milliseconds of a time as rows write it, `2026-11-29T15:44:15.123Z`; null: it is written otherwise, or there is no such time. Read
 * digit by digit, since a row may have twenty of them; the days are counted as in H. Hinnant, chrono-compatible low-level date algorithms.
 */
export function isoMs(text: string): number | null {
  if (text.length !== 24) return null
  if (!hasMarks(text)) return null
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  const hours = two(text, 11)
  const minutes = two(text, 14)
  const seconds = two(text, 17)
  const ms = two(text, 20) * 10 + digit(text, 22)
  if (month > 12 || day > 31 || hours > 23 || minutes > 59 || seconds > 59 || ms > 999) return null
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
  const date = (year * 100 + month) * 100 + day
  const place = date & (daysSize - 1)
  if (date !== dateOf[place]) {
    if (year > 9999 || month < 1 || day < 1 || day > lengthOf(month, year)) return null
    dateOf[place] = date
    dayOf[place] = daysSince1970(year, month, day)
  }
  return (dayOf[place] ?? 0) * dayMs + time
}

const dash = 45
const colon = 58

const hasMarks = (text: string): boolean =>
  text.charCodeAt(4) === dash &&
  text.charCodeAt(7) === dash &&
  text.charCodeAt(10) === 84 &&
  text.charCodeAt(13) === colon &&
  text.charCodeAt(16) === colon &&
  text.charCodeAt(19) === 46 &&
  text.charCodeAt(23) === 90

/** Makes every number of several digits too large. */
const noDigit = 10_000

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) ^ 48
  return value <= 9 ? value : noDigit
}

const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

const lengths: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const lengthOf = (month: number, year: number): number =>
  month === 2 && isLeap(year) ? 29 : (lengths[month] ?? 0)

/** The year begins in March, so that the day that may be missing is its last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
