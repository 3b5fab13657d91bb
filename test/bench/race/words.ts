import type { BenchResult, ContestantResult, RoundFigures } from './result.ts'

const number = new Intl.NumberFormat('en-US')
const shown = (value: number | null): string => (value === null ? '–' : number.format(value))

/** Tables of the race, in Markdown; none when it was not run. */
export const raceTables = (result: BenchResult): readonly string[] =>
  [raceTable(result), cpuTable(result), ratioTable(result)].filter((table) => table !== '')

export function raceTable({ contestants }: Pick<BenchResult, 'contestants'>): string {
  const rows = Object.entries(contestants).map(
    ([name, { events_per_second, events_per_cpu_second, runs, valid, why }]) => {
      const seconds = runs.map((run) => run.seconds).join(', ')
      return `| ${name} | ${shown(events_per_second)} | ${shown(events_per_cpu_second)} | ${seconds} | ${valid ? 'yes' : `**no**: ${why}`} |\n`
    },
  )
  return rows.length === 0
    ? ''
    : `| Contestant | events/s | events per CPU second | seconds of its rounds | valid |\n|---|--:|--:|---|---|\n${rows.join('')}`
}

/** The round in the middle by its CPU time, whose parts add up; of a median of each part they would not. */
export const medianRun = (runs: ContestantResult['runs']): RoundFigures | undefined =>
  runs.toSorted((a, b) => a.cpu_seconds - b.cpu_seconds)[Math.floor(runs.length / 2)]

/** CPU seconds per million events, process by process: of the round in the middle. */
export function cpuTable({ contestants }: Pick<BenchResult, 'contestants'>): string {
  const rows = Object.entries(contestants).flatMap(([name, { runs }]) => {
    const run = medianRun(runs)
    if (run === undefined) return []
    const parts = Object.entries(run.cpu).map(
      ([process, seconds]) =>
        `| ${name} | ${process} | ${seconds} | ${shown(Math.round((seconds / run.events) * 1e8) / 100)} |\n`,
    )
    return [
      ...parts,
      `| ${name} | **all** | ${run.cpu_seconds} | ${shown(Math.round((run.cpu_seconds / run.events) * 1e8) / 100)} |\n`,
    ]
  })
  return rows.length === 0
    ? ''
    : `| Contestant | Process | CPU seconds | µs per event |\n|---|---|--:|--:|\n${rows.join('')}`
}

export function ratioTable({ ratios }: Pick<BenchResult, 'ratios'>): string {
  const rows = Object.entries(ratios).map(([name, ratio]) => `| ${name} | ${shown(ratio)} |\n`)
  return rows.length === 0 ? '' : `| Ratio | |\n|---|--:|\n${rows.join('')}`
}
