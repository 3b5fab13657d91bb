import { span, whole } from '../shell/words.ts'
import type { QualityReport, SourceQuality } from './quality-view.ts'

const shownMax = 8

const percent = (share: number | null): string =>
  share === null
    ? '–'
    : share > 0 && share < 0.0005
      ? '<0.1 %'
      : share < 1 && share > 0.9995
        ? '>99.9 %'
        : `${(share * 100).toFixed(1)} %`

/** 2026-03-01 12:00 UTC */
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

/** 12 min, or 3 s ahead of the clock that asks. */
const lag = (seconds: number): string => (seconds < 0 ? `${span(-seconds)} ahead` : span(seconds))

/** The largest first, so many that a line can be read. */
function list(
  values: Readonly<Record<string, number>>,
  show: (value: number) => string,
): string | null {
  const entries = Object.entries(values).toSorted(
    ([a, m], [b, n]) => n - m || (a < b ? -1 : a > b ? 1 : 0),
  )
  if (entries.length === 0) return null
  const shown = entries.slice(0, shownMax).map(([name, value]) => `${name} ${show(value)}`)
  const more = entries.length - shown.length
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '')
}

function freshness({
  freshness: { newest_received_at, age_seconds, delay_seconds },
}: SourceQuality): string | null {
  if (newest_received_at === null || age_seconds === null) return 'nothing received in this time'
  const delay =
    delay_seconds === null
      ? ''
      : `; from event to receipt ${lag(delay_seconds.p50)}, one in a hundred ${lag(delay_seconds.p99)}`
  return `newest received ${minute(newest_received_at)}, ${lag(age_seconds)} ago${delay}`
}

function lines(quality: SourceQuality): readonly (readonly [string, string | null])[] {
  const missing = Object.fromEntries(
    Object.entries(quality.null_rates).filter(([, rate]) => rate > 0),
  )
  return [
    ['freshness', freshness(quality)],
    ['dead letters', list(quality.by_reason, whole)],
    ['machines', list(quality.by_machine, whole)],
    ['unknown types', list(quality.unknown_types, whole)],
    ['identifiers', list(quality.identifiers, percent)],
    ['blocked', list(quality.blocked, whole)],
    ['flags', list(quality.flags, whole)],
    ['fields missing', list(missing, percent)],
    ...quality.schemas.map((schema): readonly [string, string] => [
      'schema',
      `${schema.subject === null ? `id ${schema.id}` : `${schema.subject} version ${schema.version ?? '?'} (id ${schema.id})`}: ${whole(schema.events)} events, ${minute(schema.first_seen_at)} to ${minute(schema.last_seen_at)}`,
    ]),
  ]
}

function paragraph(quality: SourceQuality): string {
  const { channel, source, events, dead_letters: letters } = quality
  const head = `${channel ?? 'no channel'} ${source}: ${whole(events)} events, ${whole(letters)} dead letters (${percent(quality.dead_letter_share)}), ${percent(quality.machine_share)} by machines, ${percent(quality.unattributed_share)} without a usable identifier`
  const rest = lines(quality).flatMap(([title, text]) =>
    text === null ? [] : [`  ${title.padEnd(15)}${text}`],
  )
  return `${[head, ...rest].join('\n')}\n`
}

/** A paragraph per source for people; nothing is left out without saying so. */
export function printQuality({ since, until, sources }: QualityReport): string {
  const head = `Records received from ${minute(since)} to ${minute(until)}\n`
  return sources.length === 0
    ? `${head}\nNothing was received in this time.\n`
    : [head, ...sources.map(paragraph)].join('\n')
}
