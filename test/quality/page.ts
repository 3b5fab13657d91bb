import { goals } from './goals.ts'
import type { Quality, Score } from './measure.ts'

const number = new Intl.NumberFormat('en')
const share = (value: number): string => value.toFixed(5)

interface Row {
  readonly name: string
  readonly goal: string
  of(score: Score): string
}

/** Names of the rows; a page that lacks one is out of date. */
export const rows: readonly Row[] = [
  {
    name: 'precision: pairs in one profile that are one person’s',
    goal: `≥ ${goals.precision}`,
    of: ({ precision }) => share(precision),
  },
  {
    name: 'recall over linkable pairs',
    goal: `≥ ${goals.recall}`,
    of: ({ recall }) => share(recall),
  },
  { name: 'recall over all true pairs', goal: '', of: ({ recallAll }) => share(recallAll) },
  {
    name: 'merges through junk',
    goal: '0',
    of: ({ junkMerges }) => number.format(junkMerges),
  },
  {
    name: 'couples merged through a device that both use',
    goal: '0',
    of: ({ mergedThroughDevice, deviceSharers }) =>
      `${number.format(mergedThroughDevice)} of ${number.format(deviceSharers)}`,
  },
  {
    name: 'profiles of several people',
    goal: '',
    of: ({ ofSeveralPeople }) => number.format(ofSeveralPeople),
  },
  {
    name: 'profiles of more than ten people',
    goal: '',
    of: ({ giants }) => number.format(giants),
  },
  {
    name: 'largest profile, identifiers (people)',
    goal: '',
    of: ({ largestIdentifiers, largestPeople }) =>
      `${number.format(largestIdentifiers)} (${number.format(largestPeople)})`,
  },
]

export const command = ({ story: { events, seed } }: Quality): string =>
  `npm run quality:identity -- --events ${events} --seed ${seed}`

export function qualityText(quality: Quality): string {
  const { tributary, naive } = quality
  const lines = rows.map(
    (row) =>
      `${row.name.padEnd(56)} ${row.of(tributary).padStart(16)} ${row.of(naive).padStart(20)}  ${row.goal}`,
  )
  return [
    worldOf(quality),
    '',
    `${''.padEnd(56)} ${'Tributary'.padStart(16)} ${'naive union-find'.padStart(20)}  goal`,
    ...lines,
    '',
    'Decisions:',
    ...Object.entries(tributary.decisions).map(
      ([name, count]) => `  ${name.padEnd(40)} ${number.format(count).padStart(10)}`,
    ),
    '',
  ].join('\n')
}

const worldOf = ({ story, events, links, identifiers, tributary }: Quality): string =>
  `${number.format(events)} events of ${number.format(story.people)} people: ${number.format(identifiers)} identifiers, ${number.format(tributary.linkablePairs)} linkable pairs, ${number.format(links)} links`

const marks = ['<!-- quality:identity -->', '<!-- /quality:identity -->'] as const

/** The table for the README of identity. */
export function qualitySection(quality: Quality): string {
  const { tributary, naive } = quality
  return [
    `\`${command(quality)}\` wrote this: ${worldOf(quality)}.`,
    '',
    '| | goal | Tributary | naive union-find |',
    '|---|--:|--:|--:|',
    ...rows.map((row) => `| ${row.name} | ${row.goal} | ${row.of(tributary)} | ${row.of(naive)} |`),
    '',
    'The linker’s decisions, by outcome and rule:',
    '',
    '| outcome | rule | decisions |',
    '|---|---|--:|',
    ...Object.entries(tributary.decisions).map(([name, count]) => {
      const [outcome = '', rule = ''] = name.split(' ')
      return `| \`${outcome}\` | \`${rule}\` | ${number.format(count)} |`
    }),
  ].join('\n')
}

/** @throws Error when the file has no marks. */
export function withSection(markdown: string, quality: Quality): string {
  const [from, to] = marks.map((mark) => markdown.indexOf(mark))
  if (from === undefined || to === undefined || from < 0 || to < from)
    throw new Error(`the file has no section between ${marks.join(' and ')}`)
  return `${markdown.slice(0, from + marks[0].length)}\n${qualitySection(quality)}\n${markdown.slice(to)}`
}
