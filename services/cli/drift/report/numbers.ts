import type { Trend } from '../../../drift/core/report/report-view.ts'

/** Figures as people read them, for the text and for the page. A dash: there is none. */
const none = '–'

export const countText = (value: number | null): string =>
  value === null ? none : value.toLocaleString('en-US', { maximumFractionDigits: 1 })

/** Of PSI and other distances: `0.312`. */
export function distanceText(value: number | null): string {
  if (value === null) return none
  if (value === 0) return '0'
  return value < 0.0005 ? '<0.001' : value.toFixed(3)
}

/** `12.3 %` */
export function percentText(share: number | null): string {
  if (share === null) return none
  const percent = share * 100
  if (percent > 0 && percent < 0.05) return '<0.1 %'
  return percent < 100 && percent >= 99.95 ? '>99.9 %' : `${percent.toFixed(1)} %`
}

export function probabilityText(p: number | null): string {
  if (p === null) return none
  if (p < 0.0001) return '<0.0001'
  return p < 0.01 ? String(Number(p.toPrecision(1))) : p.toFixed(2)
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** The two largest units: `3 h 20 min`. */
export function durationText(ms: number | null): string {
  if (ms === null) return none
  const first = units.findIndex(([, length]) => ms >= length)
  const [unit, length] = units[first] ?? ['s', 1000]
  const [smaller, part] = units[first + 1] ?? ['s', 1000]
  if (first < 0) return ms === 0 ? '0' : '<1 s'
  const whole = Math.floor(ms / length)
  const rest = Math.floor((ms - whole * length) / part)
  return rest === 0 || unit === smaller ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`
}

/** Of values in people's own units: four digits. */
export const valueText = (value: number | null): string =>
  value === null
    ? none
    : Math.abs(value) >= 10_000
      ? countText(Math.round(value))
      : String(Number(value.toPrecision(4)))

/** `2026-03-16 00:00` */
export const momentText = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

/** A sentence of the store, its times as all others here. */
export const sentenceText = (words: string): string =>
  words.replaceAll(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z/g, '$1 $2')

/** A value of a trend. */
export function trendText(what: Trend['what'], value: number | null): string {
  switch (what) {
    case 'psi':
      return distanceText(value)
    case 'share':
    case 'nulls':
      return percentText(value)
    case 'count':
      return countText(value)
    case 'ms':
      return durationText(value)
    case 'fact':
      return value === null ? none : value > 0 ? 'yes' : 'no'
    default:
      return what satisfies never
  }
}
