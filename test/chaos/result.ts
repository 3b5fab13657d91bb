import type { UnexpectedEnd } from './crew.ts'
import type { FaultKind } from './kinds.ts'
import type { Event } from './strike.ts'

/** The outcome of a run, as `--json` prints it. */
export interface ChaosResult {
  readonly seed: number
  /** As asked for. */
  readonly seconds: number
  /** By kind, how many took effect. */
  readonly faults: Readonly<Record<string, { readonly count: number }>>
  /** Kinds that this machine does not permit, and why. */
  readonly skipped: Readonly<Record<string, string>>
  readonly produced: number
  /** Events and dead letters that the sender's ledger has and Tributary has not. */
  readonly missing: number
  readonly double: number
  readonly mismatches: number
  /** From the end of the last fault until nothing was under way; null: not within a minute. */
  readonly converged_seconds: number | null
  readonly lag_at_end: number
  /** Resident memory by service, mapped state files included: the peak of the run's last third above that of its second. */
  readonly rss_growth_mb: Readonly<Record<string, number>>
  /** Of it, what the process made itself. */
  readonly anonymous_growth_mb: Readonly<Record<string, number>>
  /** Processes that ended though no fault had ended them, and were started again. */
  readonly unexpected_ends: Readonly<Record<string, number>>
  readonly profiles: number
  readonly seconds_total: number
  /** What went wrong beside the figures; empty: nothing. */
  readonly errors: readonly string[]
}

/** `{kill: {count: 5}, …}`, with a zero for a kind that was wanted and took no effect. */
export function countFaults(
  kinds: readonly FaultKind[],
  events: readonly Event[],
): Record<string, { readonly count: number }> {
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      { count: events.filter((event) => event.kind === kind && event.effect).length },
    ]),
  )
}

/** `exit 1` of profiles twice: `{"profiles exit 1": 2}`. */
export function countEnds(ends: readonly UnexpectedEnd[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { instance, exit } of ends) {
    const name = `${instance} ${exit}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** A dependency made it end, as a producer does that gave up: the only end by itself that is no mistake (ADR 0020). */
const endedForDependency = / exit 3$/

/** Nothing lost, doubled or different, in time, every fault really happened, and no process ended for a reason of its own. */
export const isSound = (result: ChaosResult): boolean =>
  result.missing === 0 &&
  result.double === 0 &&
  result.mismatches === 0 &&
  result.converged_seconds !== null &&
  result.lag_at_end === 0 &&
  result.errors.length === 0 &&
  Object.keys(result.unexpected_ends).every((end) => endedForDependency.test(end)) &&
  Object.values(result.faults).every(({ count }) => count > 0)

const number = new Intl.NumberFormat('en-US')

/** The figures for people to read. */
export function describeChaos(result: ChaosResult): string {
  const pairs = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, n]) => `${name} ${number.format(n)}`)
      .join(', ') || 'none'
  const counts = Object.fromEntries(
    Object.entries(result.faults).map(([kind, { count }]) => [kind, count]),
  )
  const { converged_seconds: converged } = result
  const lines: readonly (readonly [string, string])[] = [
    ['faults', pairs(counts)],
    [
      'skipped',
      Object.entries(result.skipped)
        .map((pair) => pair.join(': '))
        .join('; ') || 'none',
    ],
    ['events sent', number.format(result.produced)],
    ['missing', number.format(result.missing)],
    ['counted twice', number.format(result.double)],
    [
      'features that differ',
      `${number.format(result.mismatches)} in ${number.format(result.profiles)} profiles`,
    ],
    ['converged', converged === null ? 'NO' : `${converged.toFixed(1)} s after the last fault`],
    ['lag at the end', number.format(result.lag_at_end)],
    ['memory growth, MB', pairs(result.rss_growth_mb)],
    ['of it anonymous', pairs(result.anonymous_growth_mb)],
    ['ended by itself', pairs(result.unexpected_ends)],
    ['all in all', `${result.seconds_total.toFixed(0)} s`],
    ...result.errors.map((error) => ['error', error] as const),
  ]
  return `${lines.map(([name, text]) => `  ${name.padEnd(22)}${text}`).join('\n')}\n`
}
