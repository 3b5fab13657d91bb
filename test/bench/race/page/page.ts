import { consumerVariables } from '#runtime/config/shared.ts'
import { suiteNames } from '../options.ts'
import type { ContestantResult } from '../result.ts'
import type { SuiteResults } from '../suites/suites.ts'
import { cpuTable, medianRun, raceTable, ratioTable } from '../words.ts'
import { type BarPlot, barPlot } from './bars.ts'
import { sessionTimeoutMs } from '../lanes/standing-still.ts'
import { circumstances } from './circumstances.ts'
import type { BenchRecord, Measured, RaceResult } from './record.ts'
import { latencySection, mergeSection, restoreSection, scaleSection } from './suite-sections.ts'

/** File names of the plots beside the page, and what they show. */
export type Plots = Readonly<Record<string, string>>

/** docs/bench.md: written by the bench from what it measured, so that no figure in it is typed. */
export function benchPage(record: BenchRecord): string {
  const race = record.race === null ? [] : [raceSection(record.race)]
  const sections = [...race, ...suiteSections(record), notMeasured(record)]
  return `# How fast it is

Written by \`npm run bench -- --page\` from what it measured last ([bench/results.json](bench/results.json)); each part says when, and on what. Trust ratios more
than figures: a laptop, a virtual machine and a neighbour that works too all move them.

${sections.filter((section) => section !== '').join('\n')}`
}

/** What the suites found that were run, a section each. */
export const suiteSections = (record: Pick<BenchRecord, 'suites'>): readonly string[] =>
  [
    suite(record, 'latency', latencySection),
    suite(record, 'merge', mergeSection),
    suite(record, 'scale', scaleSection),
    suite(record, 'restore', restoreSection),
  ].filter((section) => section !== '')

export function benchPlots({ race, suites }: BenchRecord): Plots {
  const latency = suites.latency?.result
  return {
    ...(race === null ? {} : racePlots(race.result)),
    ...(latency === undefined
      ? {}
      : {
          'latency.svg': barPlot({
            title: `Latency at ${latency.rate} events/s`,
            unit: 'milliseconds, half and 99 of 100 are faster',
            bars: [
              bar('segment topic, p50', latency.segment_topic.p50_ms),
              bar('segment topic, p99', latency.segment_topic.p99_ms),
              bar('ClickHouse, p50', latency.clickhouse.p50_ms),
              bar('ClickHouse, p99', latency.clickhouse.p99_ms),
            ],
          }),
        }),
    ...(suites.scale === undefined
      ? {}
      : {
          'scale.svg': barPlot({
            title: 'Cost of one event by size',
            unit: 'CPU microseconds of all processes',
            bars: suites.scale.result.runs.map(({ cpu_us_per_event, events, people, workers }) =>
              bar(
                `${short(events)} events, ${short(people)} people${workers === 1 ? '' : `, ${workers} workers`}`,
                cpu_us_per_event,
              ),
            ),
          }),
        }),
  }
}

/** Suites that nobody has run and recorded. */
function notMeasured({ suites }: BenchRecord): string {
  const missing = suiteNames.filter((name) => name !== 'race' && suites[name] === undefined)
  return missing.length === 0
    ? ''
    : `## Not measured yet\n\n${missing.map((name) => `\`--suite ${name}\``).join(', ')}\n`
}

const bar = (label: string, value: number): BarPlot['bars'][number] => ({
  label,
  parts: [{ name: 'value', value }],
})

/** 10000 as 10k. */
const short = (count: number): string =>
  count >= 1e6 ? `${count / 1e6}M` : count >= 1000 ? `${count / 1000}k` : String(count)

function suite<Name extends keyof SuiteResults>(
  { suites }: Pick<BenchRecord, 'suites'>,
  name: Name,
  section: (measured: Measured<SuiteResults[Name]>) => string,
): string {
  const measured: Measured<SuiteResults[Name]> | undefined = suites[name]
  return measured === undefined ? '' : section(measured)
}

const number = new Intl.NumberFormat('en-US')
const ownSessionTimeoutMs = Number(consumerVariables.sessionTimeoutMs.fallbackShown)

function raceSection(measured: Measured<RaceResult>): string {
  const { result } = measured
  return `## The race

One set of ${number.format(result.events)} raw Avro events of ${number.format(result.people)} people (a fifth of whom have several identifiers), with the 15 features and 8 segments of
[pipeline.yaml](../test/bench/race/pipeline.yaml), lies in the topics before anybody starts. ${number.format(result.warm_up)} untimed events of other people come first, in the same
topics and processes. When all of them are applied, a contestant's processes are stopped (SIGSTOP) until the timed part is in the topics; the clock starts when they may go on, and stops
when every event is in \`events\` and every profile, merged and with all of its events, in \`profiles\`.
${result.rounds} rounds by turns; medians. CPU time is that of all processes of a contestant, the broker and ClickHouse; not the registry's, nor that of the bench, which asks
ClickHouse four times a second.

- **floor**: what the parts cost by themselves. Consume, decode, one hop in frames, and as many rows of \`events\`, \`profiles\` and \`segment_memberships\` as Tributary
  wrote, with values that are always the same. No identity, no features, no history, no state.
- **tributary**: the whole pipeline with its own settings in local mode, one process for each service: identity, features, segments, history, durable state, offsets.
- **kafka_streams_alo**, **kafka_streams_eos**: the same features and segments by Kafka Streams, at least once and exactly once
  ([test/bench/peers/kafka-streams](../test/bench/peers/kafka-streams)). It is told who is who: identity is not its to find out.

One setting is the race's: Kafka's session timeout is ${sessionTimeoutMs / 1000} s for Tributary and the floor, so that who stands still is not taken for dead; Tributary's services have
${ownSessionTimeoutMs / 1000} s by themselves. The other parts of this page but the hot identifier were measured with it too. What Kafka Streams is set to, and since when, is in
[its README](../test/bench/peers/kafka-streams/README.md#settings-each-with-its-reason).

A contestant is valid when its tables hold every event once, and the features of every profile: Tributary's equal those of an oracle that shares no code with it, those of
Kafka Streams equal Tributary's, each to 1e-9.

![Events a second](bench/race.svg)

${raceTable(result)}
${ratioTable(result)}
![CPU time of an event](bench/race-cpu.svg)

${cpuTable(result)}
${circumstances(measured)}
`
}

const ran = ({ contestants }: RaceResult): readonly (readonly [string, ContestantResult])[] =>
  Object.entries(contestants).filter(([, { runs }]) => runs.length > 0)

function racePlots(result: RaceResult): Plots {
  const contestants = ran(result)
  return {
    'race.svg': barPlot({
      title: 'Events a second',
      unit: `median of ${result.rounds} rounds, slowest and fastest`,
      bars: contestants.map(([name, { events_per_second, runs }]) => {
        const speeds = runs.map((run) => run.events_per_second)
        return {
          ...bar(name, events_per_second ?? 0),
          range: [Math.min(...speeds), Math.max(...speeds)] as const,
        }
      }),
    }),
    'race-cpu.svg': barPlot({
      title: 'CPU time of an event',
      unit: 'microseconds by process, the median round',
      bars: contestants.map(([name, { runs }]) => {
        const run = medianRun(runs)
        return {
          label: name,
          parts: Object.entries(run?.cpu ?? {}).map(([process, seconds]) => ({
            name: process,
            value: (seconds / (run?.events ?? 1)) * 1e6,
          })),
        }
      }),
    }),
  }
}
