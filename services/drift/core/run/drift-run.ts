import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { readEarlier } from '../measure/earlier.ts'
import { freeze } from '../measure/freeze.ts'
import { measureLag } from '../measure/lag.ts'
import { measureIdentity, measureSegments } from '../measure/people.ts'
import { asOfMs, populationOf } from '../measure/population.ts'
import { propertiesRead } from '../measure/reads.ts'
import { scan } from '../measure/scan.ts'
import { measureStream } from '../measure/stream.ts'
import { watchedOf } from '../measure/watched.ts'
import { type Baseline, baselineDays } from '../store/baseline.ts'
import type { Edges } from '../store/edges.ts'
import {
  type BaselineRow,
  baselineRow,
  type EdgesRow,
  edgesRow,
  type SnapshotRow,
  snapshotRow,
} from '../store/rows.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { subjectKey } from '../watch/signal.ts'
import { runWindow } from '../watch/window.ts'
import { comparedOf } from './compared.ts'
import { incidentsOf } from './incidents.ts'
import { type Known, readKnown } from './known.ts'
import { overPasts } from './pasts.ts'
import type { Asking } from './question.ts'
import { type AlertRow, alertRows, type MetricRow, metricRows } from './result-rows.ts'
import { readSources } from './sources.ts'
import type { Spans } from './spans.ts'
import { changesOf, upstreamOf } from './surroundings.ts'
import { withdrawnRows } from './withdrawn.ts'

export interface DriftRunInput {
  /** End of the window, milliseconds. */
  readonly asOf: number
  /** An as-of that has only just been is measured by the tables of now. */
  readonly now: number
  readonly compiled: CompiledDefinition
}

/** An as-of of which the tables of now still are the state: what came since is of an hour at most. */
const presentMs = 3_600_000

/** What a run has to store: whoever dies in between runs it again. */
export interface DriftRun {
  readonly baselines: readonly BaselineRow[]
  readonly edges: readonly EdgesRow[]
  /** Empty: the window was measured before, and is judged again by what was measured then. */
  readonly snapshots: readonly SnapshotRow[]
  readonly metrics: readonly MetricRow[]
  readonly alerts: readonly AlertRow[]
}

/** Tables and their rows in the order in which they are stored. `drift_metrics` comes after them and after whoever is told: a window that has metrics has everything. */
export const rowsBeforeMetrics = ({ alerts, baselines, edges, snapshots }: DriftRun) =>
  [
    ['drift_baselines', baselines],
    ['drift_edges', edges],
    ['drift_snapshots', snapshots],
    ['drift_alerts', alerts],
  ] as const

/**
 * One window of everything that is watched: what is known, what is measured, what follows. No clock and no memory but the tables: the same as-of again
 * gives the same rows, since a window is measured once.
 */
export function* driftRun(input: DriftRunInput): Asking<DriftRun> {
  const { asOf, compiled } = input
  const windowMs = durationMs(compiled.definition.drift.window)
  const known = yield* readKnown(asOf, windowMs)
  const baseline = known.baseline ?? firstBaseline(asOf, windowMs)
  const stored = known.measured
  const spans = { asOf, windowMs, baseline }
  const measured =
    stored.length > 0
      ? { current: stored, edges: known.edges, frozen: [] }
      : yield* measure(input, spans, known)
  // In the order of the tables, so that a window that is judged again tells its alerts in the same order.
  const all = measured.current.toSorted((a, b) =>
    subjectKey(a.subject) < subjectKey(b.subject) ? -1 : 1,
  )
  const current = new Map(all.map((one) => [subjectKey(one.subject), one]))
  const upstream = upstreamOf({
    compiled,
    current: all,
    earlier: yield* readSources(spans, compiled.definition.features),
  })
  const { imports, labels } = known
  const incidents = incidentsOf(known.episodes, upstream, windowMs)
  const compared = yield* overPasts(
    all,
    { ...spans, labels, incidents, quantiles: true },
    (one, past) => comparedOf(one, past, windowMs),
  )
  const definitions = [...compared.values()].flatMap(({ changes }) => changes)
  const surroundings = { upstream, changes: changesOf({ definitions, labels, imports }) }
  const result = runWindow({
    at: epochMs(asOf),
    windowMs,
    signals: [...compared.values()].flatMap(({ signals }) => signals),
    courses: known.courses,
    surroundings,
  })
  const judged = {
    asOf,
    windowMs,
    baselineId: baseline.id,
    result,
    current,
    compared,
    edges: measured.edges,
    surroundings,
    mutes: known.mutes,
    judged: known.judged,
    compiled,
  }
  return {
    baselines: known.baseline === null ? [baselineRow(baseline, asOf)] : [],
    edges: measured.frozen.map((one) => edgesRow(one, asOf)),
    snapshots: stored.length > 0 ? [] : all.map((one) => snapshotRow(one, windowMs)),
    metrics: metricRows(judged),
    alerts: [...alertRows(judged), ...withdrawnRows(known.open, result, asOf)],
  }
}

const dayMs = 86_400_000

/** So that an installation is watched from its first run on, which freezes the edges too. */
const firstBaseline = (asOf: number, windowMs: number): Baseline => ({
  id: `first-${asOf}`,
  edgesId: `first-${asOf}`,
  from: asOf,
  to: asOf + baselineDays * dayMs - windowMs,
  createdAt: asOf,
  pinnedAt: asOf,
  by: 'drift',
  reason: 'the first run',
})

interface Measured {
  readonly current: readonly Snapshot[]
  readonly edges: ReadonlyMap<string, Edges>
  readonly frozen: readonly Edges[]
}

function* measure(
  { compiled, now }: DriftRunInput,
  spans: Spans & { readonly baseline: Baseline },
  known: Known,
): Asking<Measured> {
  const { asOf, baseline, windowMs } = spans
  const population = populationOf(compiled, now - asOf <= presentMs)
  const watched = watchedOf(compiled, population.columns, asOfMs)
  const missing = watched.filter(({ subject }) => !known.edges.has(subjectKey(subject)))
  const least = compiled.definition.privacy.min_group
  const frozen = yield* freeze(asOf, population, missing, baseline.edgesId, least)
  const edges = new Map([
    ...known.edges,
    ...frozen.map((one): [string, Edges] => [subjectKey(one.subject), one]),
  ])
  const earlier = yield* readEarlier(spans)
  const properties = propertiesRead(compiled.definition)
  return {
    edges,
    frozen,
    current: [
      ...(yield* scan(asOf, population, watched, edges)),
      ...(yield* measureStream(asOf, windowMs, earlier, properties)),
      ...(yield* measureLag(asOf, windowMs, earlier.stages, now)),
      ...(yield* measureSegments(asOf, windowMs, compiled)),
      ...(yield* measureIdentity(asOf, windowMs)),
    ],
  }
}
