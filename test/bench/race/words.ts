import type { BenchResult } from './result.ts'

const number = new Intl.NumberFormat('en-US')
const shown = (value: number | null): string => (value === null ? '–' : number.format(value))

/** Tables of what was measured, in Markdown. */
export function describe(result: BenchResult): string {
  return [raceTable(result), cpuTable(result), ratioTable(result)]
    .filter((table) => table !== '')
    .join('\n')
}

export function raceTable({ contestants }: BenchResult): string {
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

/** CPU seconds per million events, process by process: of the round in the middle. */
export function cpuTable({ contestants }: BenchResult): string {
  const rows = Object.entries(contestants).flatMap(([name, { runs }]) => {
    const run = runs.toSorted((a, b) => a.cpu_seconds - b.cpu_seconds)[Math.floor(runs.length / 2)]
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

export function ratioTable({ ratios }: BenchResult): string {
  const rows = Object.entries(ratios).map(([name, ratio]) => `| ${name} | ${shown(ratio)} |\n`)
  return rows.length === 0 ? '' : `| Ratio | |\n|---|--:|\n${rows.join('')}`
}
