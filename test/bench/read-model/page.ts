import { type Figure, isMet } from './measure.ts'

export interface Result {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    /** Processes that wanted a core, on average of the last minute, before the first question. */
    readonly load: number
  }
  readonly profiles: number
  readonly versions: number
  readonly parts: Readonly<Record<string, number>>
  readonly rows: Readonly<Record<string, number>>
  readonly figures: readonly Figure[]
}

const number = new Intl.NumberFormat('en-US')

export const table = ({ figures }: Result): string =>
  [
    '| Question | p50 | p99 | goal | |',
    '|---|--:|--:|--:|---|',
    ...figures.map((figure) => {
      const { goalMs, name, p50Ms, p99Ms } = figure
      const goal = goalMs === null ? '' : `${goalMs} ms`
      return `| ${name} | ${p50Ms} ms | ${p99Ms} ms | ${goal} | ${goalMs === null ? '' : isMet(figure) ? 'met' : '**missed**'} |`
    }),
  ].join('\n')

/** docs/read-model.md: written by the bench, so that no figure in it is typed. */
export function page(result: Result): string {
  const { machine, parts, profiles, rows, versions } = result
  return `# How fast the read model answers

Written by \`npm run bench:read-model -- --page\`: ${number.format(profiles)} made-up profiles with three identifiers each, in ${Object.keys(rows).length} tables as the services write
them, ${versions} versions of every row, in parts that the engine had merged only as far as it does by itself while rows come in. Then one question after the other,
over HTTP, through the client that the services use, on the local stack's ClickHouse (${machine.cores} cores: ${machine.cpu}; Node ${machine.node}; a load of ${machine.load} just before). The questions are those of
[queries.md](queries.md), and what \`tributary profile query\` prints where they say "key first" or look up by an id of the past.

The goal is of a look-up that a page or a mail waits for: a few columns of one person, by any identifier. What all of them take at once stands below it.

${table(result)}

| Table | Rows | Parts |
|---|--:|--:|
${Object.entries(rows)
  .map(([name, count]) => `| \`${name}\` | ${number.format(count)} | ${parts[name] ?? 0} |`)
  .join('\n')}
`
}
