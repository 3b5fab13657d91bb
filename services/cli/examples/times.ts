import { isRejection } from '#runtime/channel/core/fields.ts'
import { readTime } from '#runtime/channel/core/time.ts'

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const whole = /^(?:\d{1,9}(?:ms|s|m|h|d))+$/

/** A span such as `4h`, `90d1s` or `0s`; undefined: it is none. */
export function spanMs(text: string): number | undefined {
  if (!whole.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(count) * (unitsMs[unit ?? ''] ?? 0)
  return total
}

/** A time of an example: a span after its start, or ISO 8601; undefined: neither. */
export function exampleTime(text: string, startMs: number): number | undefined {
  const span = spanMs(text)
  if (span !== undefined) return startMs + span
  const time = readTime(text)
  return isRejection(time) ? undefined : time
}

/** As the author would write it: the span after the start, to the millisecond. */
export function spanText(ms: number): string {
  if (ms < 0) return `-${spanText(-ms)}`
  let rest = Math.round(ms)
  let text = ''
  for (const [unit, size] of Object.entries(unitsMs).toReversed()) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}
