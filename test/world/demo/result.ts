import type { Comparison } from './compare.ts'
import type { Fed } from './feed.ts'
import type { StoredFigures } from './figures.ts'
import type { CpuTimes } from './stages.ts'

/** The demo's outcome, as `--json` prints it. */
export interface DemoResult {
  readonly seed: number
  readonly raw_records: number
  readonly events_in: number
  readonly events_applied: number
  readonly duplicates: number
  readonly dead_lettered: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly unattributed: number
  readonly missing: number
  readonly double: number
  readonly mismatches: number
  readonly profiles: number
  readonly merges: number
  readonly precision: number
  readonly recall: number
  readonly recall_all: number
  readonly segments: Readonly<Record<string, number>>
  readonly events_per_second: number
  /** First send to convergence. */
  readonly seconds: number
  /** From the command to its result. */
  readonly seconds_total: number
  /** Events of the run per second of each process's own CPU time, from first send to convergence: who is busy with what share. */
  readonly stages: Readonly<
    Record<
      string,
      { readonly events_per_second: number | null; readonly cpu_seconds: number | null }
    >
  >
  readonly versions: Readonly<Record<string, string>>
}

export interface Measured {
  readonly seed: number
  readonly fed: Fed
  readonly stored: StoredFigures
  readonly comparison: Comparison
  /** From first send to convergence. */
  readonly cpu: CpuTimes
  readonly dropped: Readonly<Record<string, number>>
  readonly seconds: number
  readonly secondsTotal: number
  readonly versions: Readonly<Record<string, string>>
}

export function resultOf({
  seed,
  fed,
  stored,
  comparison,
  cpu,
  dropped,
  seconds,
  secondsTotal,
  versions,
}: Measured): DemoResult {
  const { identity } = comparison
  const rate = (cpuSeconds: number): number => Math.round(fed.events / Math.max(cpuSeconds, 0.001))
  return {
    seed,
    raw_records: fed.records,
    events_in: fed.events,
    events_applied: stored.applied,
    duplicates: stored.duplicates,
    dead_lettered: stored.deadLettered,
    dropped,
    unattributed: stored.unattributed,
    missing: comparison.missing,
    double: comparison.double,
    mismatches: comparison.mismatches.length,
    profiles: stored.profiles,
    merges: stored.merges,
    precision: identity.precision,
    recall: identity.recall,
    recall_all: identity.recallAll,
    segments: stored.segments,
    events_per_second: Math.round(fed.events / seconds),
    seconds,
    seconds_total: secondsTotal,
    stages: Object.fromEntries(
      Object.entries(cpu).map(([name, used]) => [
        name,
        { events_per_second: used === null ? null : rate(used), cpu_seconds: used },
      ]),
    ),
    versions,
  }
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0)

/** events_in = events_applied + duplicates + Σ dead_lettered + Σ dropped + unattributed */
export const accountedFor = (result: DemoResult): number =>
  result.events_applied +
  result.duplicates +
  total(result.dead_lettered) +
  total(result.dropped) +
  result.unattributed

/** Every event has one fate, nothing is missing, double or different. */
export const isSound = (result: DemoResult): boolean =>
  result.missing === 0 &&
  result.double === 0 &&
  result.mismatches === 0 &&
  accountedFor(result) === result.events_in

const number = new Intl.NumberFormat('en-US')
const share = (value: number): string => `${(value * 100).toFixed(3)} %`

/** The figures for people to read. */
export function describe(result: DemoResult, comparison: Comparison): string {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, n]) => `${name} ${number.format(n)}`)
      .join(', ') || 'none'
  const lines: readonly (readonly [string, string])[] = [
    [
      'events in',
      `${number.format(result.events_in)} in ${number.format(result.raw_records)} raw records`,
    ],
    ['applied', number.format(result.events_applied)],
    ['duplicates', number.format(result.duplicates)],
    ['dead letters', counts(result.dead_lettered)],
    ['dropped', counts(result.dropped)],
    ['unattributed', number.format(result.unattributed)],
    [
      'adds up',
      accountedFor(result) === result.events_in
        ? 'yes'
        : `NO: ${number.format(accountedFor(result))} are accounted for`,
    ],
    ['', ''],
    ['missing', number.format(result.missing)],
    ['counted twice', number.format(result.double)],
    [
      'features that differ',
      `${number.format(result.mismatches)} in ${number.format(comparison.profilesChecked)} profiles, recomputed from the sender's own ledger`,
    ],
    ['', ''],
    ['profiles', `${number.format(result.profiles)} after ${number.format(result.merges)} merges`],
    ['precision', share(result.precision)],
    [
      'recall',
      `${share(result.recall)} of ${number.format(comparison.identity.linkablePairs)} linkable pairs, ${share(result.recall_all)} of all`,
    ],
    ['segments', counts(result.segments)],
    ['', ''],
    [
      'speed',
      `${number.format(result.events_per_second)} events/s from first send to convergence (${result.seconds.toFixed(1)} s)`,
    ],
    [
      'CPU seconds',
      Object.entries(result.stages)
        .map(
          ([name, stage]) =>
            `${name} ${stage.cpu_seconds === null ? '?' : stage.cpu_seconds.toFixed(1)}`,
        )
        .join(', '),
    ],
    ['all in all', `${result.seconds_total.toFixed(1)} s`],
  ]
  const examples = comparison.mismatches
    .slice(0, 5)
    .map(
      (m) =>
        `  ${m.profileId} ${m.feature}: stored ${JSON.stringify(m.stored)}, expected ${JSON.stringify(m.expected)}`,
    )
  return `${lines.map(([name, text]) => (name === '' ? '' : `  ${name.padEnd(22)}${text}`)).join('\n')}\n${examples.length === 0 ? '' : `\n${examples.join('\n')}\n`}`
}
