import type { AccessView } from './access-view.ts'

/** How much is held, for a terminal: numbers alone, no value. */
export function printAccess(view: AccessView, file: string | null): string {
  const { events, dead_letters: letters, expiries, profile, suppressions } = view
  const rows: readonly (readonly [string, string | number])[] = [
    ['identifiers', view.identifiers.length],
    ['traits', view.traits.length],
    ['features', view.features.filter(({ withheld }) => !withheld).length],
    ['withheld features', view.features.filter(({ withheld }) => withheld).length],
    ['segments now', view.segments.filter(({ member }) => member).length],
    ['entries and exits', view.segment_history.length],
    ['declarations of consent', view.consent_history.length],
    ['decisions about identity', view.identity.decisions.length],
    ['events', shownOf(events.list.length, events.total)],
    ['events of others that name them', events.named_in_others],
    ['older states of the profile', view.profile_history.rows],
    ['older states of others with them', view.named_in_others.profile_history],
    ['entries and exits of those', view.named_in_others.segment_history],
    ['dead letters', letters.searched ? letters.list.length : 'not searched'],
    ['erasures', suppressions.length],
    ['ends by silence', expiries.length],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const head =
    profile === null
      ? `No profile is held of ${view.asked.type}:${view.asked.pseudonym}`
      : `Held of profile ${profile.profile_id}`
  return [
    head,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...(events.next === null ? [] : [`More events: --skip ${events.next}`]),
    file === null ? 'All of it: --json, or --page FILE for a page to read.' : `Written to ${file}`,
    '',
  ].join('\n')
}

const shownOf = (shown: number, total: number): string =>
  shown === total ? String(total) : `${shown} of ${total}`
