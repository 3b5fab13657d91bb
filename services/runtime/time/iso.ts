import type { EpochMs } from '../event/ids.ts'

const dayMs = 86_400_000
/** What ClickHouse's DateTime64(3) holds: 1900-01-01T00:00:00.000Z to 2299-12-31T23:59:59.999Z. */
export const earliestMs = -2_208_988_800_000
export const latestMs = 10_413_791_999_999

const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'))
/** Few and long pieces: each that is added to a longer text costs an object, and again when the text is read. */
const hoursAndMinutes = Array.from(
  { length: 1440 },
  (_, n) => `${two[Math.floor(n / 60)] ?? ''}:${two[n % 60] ?? ''}:`,
)
const ends = Array.from({ length: 1000 }, (_, n) => `.${String(n).padStart(3, '0')}Z`)

/** Year, month and day of a day number since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function civil(day: number): string {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${year}-${two[month] ?? ''}-${two[dayOfMonth] ?? ''}T`
}

/** Keeps `size` texts (a power of two) that were made lately, each in the place of its number's last bits. */
function lately(size: number, make: (number: number) => string): (number: number) => string {
  const numbers = new Float64Array(size).fill(Number.NaN)
  const texts = Array.from({ length: size }, () => '')
  return (number) => {
    const place = number & (size - 1)
    const known = texts[place]
    if (numbers[place] === number && known !== undefined) return known
    const text = make(number)
    numbers[place] = number
    texts[place] = text
    return text
  }
}

/** Events of a batch may be of any day of many weeks. */
const dateOf = lately(512, civil)

/** Rows of a batch say the same times again and again. */
const textOf = lately(256, written)

/**
 * ISO 8601 in UTC with milliseconds, without a Date. Times outside of DateTime64's range are clamped to its ends, fractions of a
 * millisecond are cut.
 * @throws RangeError for NaN and infinities.
 */
export function toIso(at: EpochMs | number): string {
  if (!Number.isFinite(at)) throw new RangeError(`not a time: ${at}`)
  const time = Math.floor(Math.min(Math.max(at, earliestMs), latestMs))
  return textOf(time)
}

function written(time: number): string {
  const day = Math.floor(time / dayMs)
  const ms = time - day * dayMs
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const end = `${two[seconds - minutes * 60] ?? ''}${ends[ms - seconds * 1000] ?? ''}`
  return `${dateOf(day)}${hoursAndMinutes[minutes] ?? ''}${end}`
}

/** As `toIso`; null stays null. */
export const toIsoOrNull = (at: EpochMs | number | null): string | null =>
  at === null ? null : toIso(at)

/** The time that `toIso` wrote, or ClickHouse. */
export const fromIso = (text: string): number => Date.parse(text)
