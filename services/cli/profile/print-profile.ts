import type { FeatureView, ProfileView, SegmentView, TraitView } from './profile-view.ts'

type Row = readonly string[]

/** A profile for people: sections of aligned columns, the segments that it is in first. */
export function printProfile(profile: ProfileView): string {
  const { aliases, consent, features, identifiers, segments, traits } = profile
  const inside = Object.entries(segments).filter(([, { member }]) => member)
  const outside = Object.entries(segments).filter(([, { member }]) => !member)
  const sections = [
    head(profile),
    section(
      'Identifiers',
      identifiers.map((one) => [one.type, one.pseudonym, since(one.assigned_at)]),
    ),
    section(
      'Was also known as',
      aliases.map((alias) => [alias]),
    ),
    section(
      'Traits',
      Object.entries(traits)
        .filter(([, { value }]) => value !== null)
        .map(traitRow),
    ),
    section('Features', Object.entries(features).filter(isKnown).map(featureRow)),
    section('In segments', inside.map(memberRow)),
    section('Left segments', outside.map(formerRow)),
    section('Consent', Object.entries(consent)),
    profile.next_change_at === null
      ? ''
      : `Next change by time alone: ${minute(profile.next_change_at)}\n`,
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function head({ as_of, events, first_seen, last_seen, profile_id }: ProfileView): string {
  return `Profile ${profile_id}
  as of ${minute(as_of)}: ${events} events from ${minute(first_seen)} to ${minute(last_seen)}
`
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return ''
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, cell.length)),
    [],
  )
  const lines = rows.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd(),
  )
  return `${title}\n${lines.join('\n')}\n`
}

const isKnown = ([, { value }]: readonly [string, FeatureView]): boolean =>
  value !== null && !(Array.isArray(value) && value.length === 0)

const traitRow = ([name, trait]: readonly [string, TraitView]): Row => [
  name,
  scalar(trait.value),
  [trait.kind, trait.source && `by ${trait.source}`, trait.party === 'third' ? 'third party' : null]
    .filter((part) => part !== null && part !== '')
    .join(' '),
  trait.at === null ? '' : minute(trait.at),
]

const featureRow = ([name, feature]: readonly [string, FeatureView]): Row => [
  name,
  scalar(feature.value),
  feature.ref_time === null
    ? ''
    : `${scalar(feature.value_at_ref)} at ${minute(feature.ref_time)}, halves every ${span(feature.half_life_ms)}`,
]

const memberRow = ([name, segment]: readonly [string, SegmentView]): Row => [
  name,
  since(segment.entered_at),
  `because ${reasons(segment.because)}`,
  segment.next_change_at === null ? '' : `may change ${minute(segment.next_change_at)}`,
]

const formerRow = ([name, segment]: readonly [string, SegmentView]): Row => [
  name,
  `from ${minute(segment.entered_at)} to ${minute(segment.exited_at)}`,
  `because ${reasons(segment.because)}`,
]

const reasons = (because: unknown): string =>
  typeof because === 'object' && because !== null
    ? Object.entries(because)
        .map(([name, value]) => `${name} = ${scalar(value)}`)
        .join(', ')
    : scalar(because)

function scalar(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  if (typeof value === 'string') return isTime(value) ? minute(value) : value
  if (Array.isArray(value)) return value.map((entry: unknown) => pair(entry)).join(', ')
  return value === undefined || value === null ? '–' : JSON.stringify(value)
}

const pair = (entry: unknown): string =>
  Array.isArray(entry) ? entry.map((one: unknown) => scalar(one)).join(' ') : scalar(entry)

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)

/** 2026-03-01 12:00 UTC */
const minute = (iso: string | null): string =>
  iso === null ? '–' : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

const since = (iso: string | null): string => (iso === null ? '' : `since ${minute(iso)}`)

function span(ms: number | null): string {
  if (ms === null) return '–'
  const hours = ms / 3_600_000
  return hours % 24 === 0 ? `${hours / 24} d` : `${Number(hours.toPrecision(3))} h`
}
