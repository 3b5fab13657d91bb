import type { Footprint } from '../suites/footprint.ts'
import type { Latencies, LatencyResult } from '../suites/latency.ts'
import type { MergeResult } from '../suites/merge.ts'
import type { RestoreResult } from '../suites/restore.ts'
import type { ScaleResult } from '../suites/scale.ts'
import { circumstances } from './circumstances.ts'
import type { Measured } from './record.ts'

const number = new Intl.NumberFormat('en-US')
const shown = (value: number | null): string => (value === null ? '–' : number.format(value))

export function latencySection(measured: Measured<LatencyResult>): string {
  const { clickhouse, probes, rate, seconds, segment_topic } = measured.result
  const row = (name: string, { max_ms, p50_ms, p99_ms }: Latencies): string =>
    `| ${name} | ${number.format(p50_ms)} ms | ${number.format(p99_ms)} ms | ${number.format(max_ms)} ms |\n`
  return `## Latency

${number.format(rate)} events a second for ${seconds} s, each sent when it was meant to be, however long the ones before it take (an open loop). Among them ${number.format(probes)} people who are new and order something:
how long it takes from the intended time of sending until their entry into a segment is read from \`profile.segments\`, and until their row is in \`profiles\` (asked four times a second).

| | p50 | p99 | longest |
|---|--:|--:|--:|
${row('segment topic', segment_topic)}${row('ClickHouse', clickhouse)}
![Latency](bench/latency.svg)

${circumstances(measured)}
`
}

export function mergeSection(measured: Measured<MergeResult>): string {
  const { events, hot_identifier: hot, merging, ordinary, people, ratio } = measured.result
  const row = (name: string, side: MergeResult['merging']): string =>
    `| ${name} | ${shown(side.events_per_second)} | ${shown(side.events_per_cpu_second)} | ${side.valid ? 'yes' : '**no**'} |\n`
  return `## Merging

${number.format(events)} events of ${number.format(people)} people, so that most events of a person with several identifiers tie some of them together.

| People with several identifiers | events/s | events per CPU second | valid |
|---|--:|--:|---|
${row('a fifth', ordinary)}${row('all', merging)}
The second runs at ${shown(ratio)} of the speed of the first.
${hot === null ? '' : hotIdentifierPart(hot)}
${circumstances(measured)}
`
}

function hotIdentifierPart(hot: NonNullable<MergeResult['hot_identifier']>): string {
  const rows = hot.rounds.map(
    (round, n) =>
      `| ${n + 1} | ${round.quiet.p50Ms} ms | ${round.quiet.p99Ms} ms | ${round.hot.p50Ms} ms | ${round.hot.p99Ms} ms | ${round.ratio} |\n`,
  )
  return `
One address that comes with ${number.format(hot.ids)} browsers within ${hot.seconds} s (\`npm run bench:hot-identifier\`), and what people of other partitions notice of it, ${hot.probes_per_second} of whom a second
are watched from the raw record to \`profile.segments\`:

| Round | quiet p50 | quiet p99 | hot p50 | hot p99 | p99 ratio |
|--:|--:|--:|--:|--:|--:|
${rows.join('')}
Median of the ratios: ${hot.ratio}, of at most ${hot.ratio_max}.
`
}

export function scaleSection(measured: Measured<ScaleResult>): string {
  const { not_run, runs, spread, spread_max } = measured.result
  const rows = runs.map(
    (run) =>
      `| ${number.format(run.events)} | ${number.format(run.people)} | ${run.workers} | ${number.format(run.events_per_second)} | ${number.format(run.cpu_us_per_event)} | ${memory(run.footprint)} | ${mib(run.footprint.state)} | ${mib(stored(run.footprint))} |\n`,
  )
  const verdict =
    spread === null
      ? []
      : [
          `The dearest event of one worker costs ${spread} times the cheapest one; the goal is at most ${spread_max}${spread <= spread_max ? ': met' : ': **missed**'}.`,
        ]
  const leftOut = not_run.length === 0 ? [] : [`Not run: ${not_run.join(', ')}.`]
  return `## Scale

The stream of the race in other sizes; a worker is a process of the profiles service. Memory is what all processes hold at the end (the broker and ClickHouse too), state what the services
keep on disk, ClickHouse what its tables take before old versions are merged away.

| Events | People | Workers | events/s | CPU µs per event | Memory | State | ClickHouse |
|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.join('')}
${[...verdict, ...leftOut].join(' ')}

![Cost of one event by size](bench/scale.svg)

${circumstances(measured)}
`
}

export function restoreSection(measured: Measured<RestoreResult>): string {
  const { checkpoint_seconds, footprint, load_seconds, own_state_seconds, profiles } =
    measured.result
  const perMillion = (bytes: number): string => mib((bytes / profiles) * 1e6)
  const memoryRows = Object.entries(footprint.memory).map(
    ([name, bytes]) => `| memory of \`${name}\` | ${mib(bytes)} | |\n`,
  )
  const tableRows = Object.entries(footprint.clickhouse)
    .slice(0, 6)
    .map(([name, bytes]) => `| table \`${name}\` | ${mib(bytes)} | ${perMillion(bytes)} |\n`)
  return `## Restoring

${number.format(profiles)} profiles of one event each, folded in ${load_seconds} s. Then the process of the profiles service is ended and started again: how long from its start until events that waited
for it are in ClickHouse.

| | |
|---|--:|
| with the state that it left | ${own_state_seconds} s |
| on a host that has nothing, from checkpoints | ${checkpoint_seconds} s |

| What it takes | | per million profiles |
|---|--:|--:|
| state on disk | ${mib(footprint.state)} | ${perMillion(footprint.state)} |
${tableRows.join('')}${memoryRows.join('')}
${circumstances(measured)}
`
}

const mib = (bytes: number): string => `${number.format(Math.round(bytes / 2 ** 20))} MiB`
const sum = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((total, one) => total + one, 0)
const memory = ({ memory: parts }: Footprint): string => mib(sum(parts))
const stored = ({ clickhouse }: Footprint): number => sum(clickhouse)
