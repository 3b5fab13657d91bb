import { injectedChanges } from './injected-changes.ts'
import { falsePerSeed, featuresWatched, goalPerSeed, type QuietYear } from './measure-aa.ts'
import { type Heard, isFound, isRight, windowsMax } from './measure-injected.ts'

const number = new Intl.NumberFormat('en')

/** Sections of the README of drift, each between its marks. */
export type Section = 'drift:aa' | 'drift:injected'

/** @throws Error when the file has no marks. */
export function withSection(markdown: string, section: Section, text: string): string {
  const { from, to } = placeOf(markdown, section)
  return `${markdown.slice(0, from)}\n${text}\n${markdown.slice(to)}`
}

/** @throws Error when the file has no marks. */
export function sectionOf(markdown: string, section: Section): string {
  const { from, to } = placeOf(markdown, section)
  return markdown.slice(from, to).trim()
}

function placeOf(
  markdown: string,
  section: Section,
): { readonly from: number; readonly to: number } {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`]
  const [from, to] = [markdown.indexOf(begin), markdown.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the file has no section between ${begin} and ${end}`)
  return { from: from + begin.length, to }
}

/** Its lines without their figures, each once: the same of however many seeds. */
export const wordsOf = (section: string): readonly string[] => [
  ...new Set(section.split('\n').map((line) => line.replaceAll(/\d+(?:[.,]\d+)*/g, '#'))),
]

export function aaSection(years: readonly QuietYear[]): string {
  const [{ windows, subjects } = { windows: 0, subjects: 0 }] = years
  return [
    `\`npm run drift:aa -- --seeds ${years.length} --days ${windows}\` wrote this: ${years.length} seeds, ${windows} daily windows each, 10,000 people, ${featuresWatched} features and ${subjects - featuresWatched} other subjects, in a world in which nothing changes but chance and the weekday.`,
    '',
    `**${number.format(falsePerSeed(years))} false episodes a seed** (goal: at most ${goalPerSeed}).`,
    '',
    '| seed | false episodes | largest debiased PSI of a feature | assessments that were news in one window alone, of all |',
    '|--:|--:|--:|--:|',
    ...years.map(
      ({ seed, falseEpisodes, largestPsi, singleNews, ...year }) =>
        `| ${seed} | ${falseEpisodes.length === 0 ? 0 : `${falseEpisodes.length}: ${falseEpisodes.map(({ subject }) => subject).join(', ')}`} | ${largestPsi.toFixed(3)} | ${singleNews} of ${number.format(year.windows * year.subjects)} |`,
    ),
  ].join('\n')
}

/** Columns of the matrix. */
const causes = [...new Set(injectedChanges.map(({ cause }) => cause))]

export function injectedSection(heard: readonly Heard[]): string {
  const seeds = new Set(heard.map(({ seed }) => seed)).size
  const others = [...new Set(heard.flatMap(({ named }) => named))].filter(
    (cause) => !causes.includes(cause),
  )
  const columns = [...causes, ...others, 'none']
  return [
    `\`npm run drift:injected -- --seeds ${seeds}\` wrote this: ${seeds} seeds of each change. A cell counts the seeds in which an alert that was told named the cause; what it should be is bold.`,
    '',
    `| injected | ${columns.join(' | ')} | found within ${windowsMax} windows | most windows it took | alerts told, inhibited per seed |`,
    `|---|${columns.map(() => '--:|').join('')}--:|--:|--:|`,
    ...injectedChanges.map(({ name, cause }) => {
      const own = heard.filter((one) => one.change.name === name)
      const cells = columns.map((column) => {
        const count = own.filter(({ named }) =>
          column === 'none' ? named.length === 0 : named.includes(column),
        ).length
        return column === cause ? `**${count}**` : String(count)
      })
      const found = own.filter(isFound).length
      const slowest = Math.max(0, ...own.map(({ windows }) => windows ?? 0))
      return `| ${name} | ${cells.join(' | ')} | ${found} of ${own.length} | ${slowest} | ${mean(own.map(({ told }) => told))}, ${mean(own.map(({ inhibited }) => inhibited))} |`
    }),
    '',
    `${heard.filter(isRight).length} of ${heard.length} were found in time and named nothing but their cause.`,
  ].join('\n')
}

const mean = (values: readonly number[]): string =>
  number.format(
    Math.round((10 * values.reduce((sum, value) => sum + value, 0)) / Math.max(1, values.length)) /
      10,
  )
