import type {
  DefinitionChanges,
  FeatureEffect,
  FieldChange,
  SegmentChange,
  SegmentEffect,
  TraitChange,
} from '#runtime/definition/deploy/changes.ts'
import type { Estimate } from './estimate.ts'
import type { PeopleView } from './dry-run-view.ts'

const featureWords: Readonly<Record<FeatureEffect, string>> = {
  new: 'begins empty',
  new_version:
    'a new version: begins empty; what there was is carried unread until the next generation',
  other_events: 'goes on from what it is, with other events from now on',
  at_once: 'read otherwise, of everybody, at once',
  described: 'words alone',
  removed: 'is carried unread until the next generation',
}
const segmentWords: Readonly<Record<SegmentEffect, string>> = {
  new: 'a new segment',
  rule: 'another rule: everybody is decided anew by it',
  reads: 'the same rule over what changes',
  described: 'words alone',
  removed: 'its members leave',
}
const traitWords: Readonly<Record<TraitChange['effect'], string>> = {
  new: 'fills with what comes',
  at_once: 'read otherwise, of everybody, at once',
  described: 'words alone',
  removed: 'is shown no more',
}

const sign = (effect: string): string => (effect === 'new' ? '+' : effect === 'removed' ? '-' : '~')

const textMax = 100

const cut = (text: string): string =>
  text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`

const fieldLine = ({ after, before, field }: FieldChange): string =>
  `      ${field}: ${before === null ? 'nothing' : cut(String(before))} → ${after === null ? 'nothing' : cut(String(after))}`

function line(
  kind: string,
  { effect, fields, name }: { name: string; effect: string; fields: readonly FieldChange[] },
  words: string,
): readonly string[] {
  // A new thing is in the file, whole.
  const shown = effect === 'new' || effect === 'removed' ? [] : fields
  return [`${sign(effect)} ${kind.padEnd(8)} ${name}: ${words}`, ...shown.map(fieldLine)]
}

const readsWords = ({ effect, reads }: SegmentChange): string =>
  reads.length === 0 || effect === 'new' ? '' : ` (${reads.join(', ')})`

export function printChanges({
  columns,
  features,
  other,
  segments,
  traits,
}: DefinitionChanges): readonly string[] {
  return [
    ...features.flatMap((each) => line('feature', each, featureWords[each.effect])),
    ...traits.flatMap((each) => line('trait', each, traitWords[each.effect])),
    ...segments.flatMap((each) =>
      line('segment', each, `${segmentWords[each.effect]}${readsWords(each)}`),
    ),
    ...columns.added.map(({ name, type }) => `+ column   ${name} ${type}`),
    ...columns.retired.map(
      ({ name }) => `- column   ${name}: leaves the views, stays in the tables as it is`,
    ),
    `  ${columns.kept.length} columns are kept`,
    ...(other.length === 0 ? [] : [`~ also      ${other.join(', ')}`]),
  ]
}

const number = new Intl.NumberFormat('en-US')

export function estimateText({ high, low, size, size_below: below }: Estimate): string {
  if (size === null) return `<${number.format(below ?? 0)}`
  if (high === null) return number.format(size)
  return `~${number.format(size)} (${low === null ? 'up' : number.format(low)} to ${number.format(high)})`
}

export function printPeople(people: PeopleView): readonly string[] {
  const { concerned, events_gone, exact, features, profiles, sample, segments } = people
  const rows = [
    ['segment', 'members', 'deploy: in', 'out', 'rebuild: in', 'out'],
    ...segments.map(({ deploy, members, rebuild, segment }) => [
      segment,
      ...[members, deploy.entries, deploy.exits, rebuild.entries, rebuild.exits].map(estimateText),
    ]),
  ]
  return [
    '',
    exact
      ? `${number.format(profiles)} profiles, all of them tried`
      : `${number.format(profiles)} profiles, ${number.format(sample)} of them tried: figures are estimates, with their 95 % intervals (Wilson)`,
    `  concerned: ${estimateText(concerned)}`,
    ...features.map(
      ({ feature, with_value }) =>
        `  ${feature} would have a value for ${estimateText(with_value)}, once it holds for the past`,
    ),
    ...(events_gone.size === null && events_gone.size_below !== null && exact
      ? []
      : [
          `  ${events_gone.size === null ? 'perhaps some ' : ''}${estimateText(events_gone)} have counted events that are stored no more: a rebuild loses those`,
        ]),
    ...(segments.length === 0 ? ['  nobody enters or leaves a segment'] : ['', ...table(rows)]),
  ]
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
}

export const nextSteps = (file: string, notify: boolean): readonly string[] => [
  '',
  `tributary deploy ${file}    from now on: what is new or a new version begins empty`,
  `tributary rebuild ${file}   for the past, too: everything is folded again beside what serves`,
  notify
    ? 'With --notify, consumers of profile.segments hear who entered and left by it (cause define).'
    : 'Consumers of profile.segments hear nothing of it (cause define), unless either is run with --notify.',
]
