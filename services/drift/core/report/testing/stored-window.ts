import { fromIso, toIso } from '#runtime/time/iso.ts'
import type { StoredAlert } from '../../run/stored-alert.ts'
import { countOf, type Snapshot, shareOf, snapshot } from '../../store/snapshot.ts'
import { subjectKey, subjectOfKey } from '../../watch/signal.ts'
import { pastOf } from '../../run/references.ts'
import { comparedWith } from '../build-report.ts'
import type { Measured, Stored, StoredMetric, StoredRows } from '../stored.ts'
import { measuredOf } from '../subject-report.ts'

export const dayMs = 86_400_000
const start = fromIso('2026-02-01T00:00:00.000Z')
/** End of a day's window. */
export const endOf = (day: number): number => start + day * dayMs
/** The window of the report: with the three weeks before it there are three of its weekday. */
export const lastDay = 28

/** A row of `drift_metrics` in which nothing moved. */
export const metricOf = (
  subject: string,
  reference: string,
  more: Partial<StoredMetric> = {},
  day = lastDay,
): StoredMetric => ({
  ...subjectOfKey(subject),
  as_of: toIso(endOf(day)),
  reference,
  baseline_id: 'first',
  edges_id: '',
  n_ref: '12000',
  left_out: 0,
  n_cur: '4000',
  psi_jeffreys: null,
  psi_debiased: null,
  js_distance_base2: null,
  chi2_p: null,
  wasserstein_norm: null,
  ks_d: null,
  ks_p: null,
  null_rate_ref: null,
  null_rate_cur: null,
  zero_rate_ref: null,
  zero_rate_cur: null,
  new_category_share: null,
  before: 0,
  after: 0,
  unit: 'psi',
  p: null,
  strength: 0,
  known: 1,
  severity: '',
  recent: ['', '', ''],
  open_since: null,
  opened_at: null,
  open_severity: '',
  open_inhibited: 0,
  calm: 0,
  ...more,
})

export const alertOf = (
  subject: string,
  openedOn: number,
  more: Partial<StoredAlert> = {},
): StoredAlert => ({
  ...subjectOfKey(subject),
  opened_at: toIso(endOf(openedOn)),
  version: String(endOf(openedOn)),
  since: toIso(endOf(openedOn - 1)),
  closed_at: null,
  severity: 'warn',
  inhibited: 0,
  muted: '',
  reference: 'weekday',
  before: 0,
  after: 0.2,
  unit: 'psi',
  p: 0.00001,
  words: `${subject} moved`,
  contributions: [],
  causes: [],
  segments: [],
  owner: 'on-call',
  runbook: 'docs/runbooks/drift.md#feature',
  ...more,
})

/** One subject of each shape in its windows, by what a day's counts are. */
export function shapesOn(day: number, category: string): readonly Snapshot[] {
  const at = endOf(day)
  const isLast = day === lastDay
  const [low, high] = isLast ? [500, 2300] : [1400, 1400]
  return [
    snapshot(at, subjectOfKey('feature:spending'), 'distribution', {
      edgesId: 'e',
      counts: [low, high, 1000, 200],
      rows: 4000,
      nulls: 200,
      zeros: 1000,
      mean: isLast ? 20 : 10,
      sd: 5,
    }),
    snapshot(at, subjectOfKey('trait:country'), 'distribution', {
      edgesId: 'e',
      counts: [3000, 500, 100, 0, 400],
      rows: 4000,
      nulls: 400,
      fresh: 0,
    }),
    snapshot(at, subjectOfKey('trait:tiny'), 'distribution', { rows: 120, nulls: 100 }),
    countOf(at, subjectOfKey('volume:web/segment'), isLast ? 100 : 2000),
    shareOf(at, subjectOfKey(`volume:web/segment ${category}`), 100, 2000),
    countOf(at, subjectOfKey('segment:keen entered'), 8),
    snapshot(at, subjectOfKey('freshness:web/segment'), 'freshness', {
      counts: [at - 60_000, 300_000],
      rows: 2000,
    }),
    snapshot(at, subjectOfKey('schema:web/segment'), 'set', {
      counts: isLast ? [7, 9] : [7],
      rows: 1,
    }),
    snapshot(at, subjectOfKey('rule:keen overdue for review'), 'fact', { counts: [1], rows: 1 }),
    ...(isLast
      ? [
          snapshot(at, subjectOfKey('freshness:web/new'), 'freshness', {
            counts: [at - 1000, 5000],
            rows: 40,
          }),
        ]
      : []),
  ]
}

const spending = {
  edges_id: 'e',
  psi_debiased: 0.31,
  chi2_p: 1e-9,
  null_rate_ref: 0.05,
  null_rate_cur: 0.05,
  after: 0.31,
  p: 1e-9,
  strength: 6.2,
  severity: 'critical',
} as const

/** A window of every shape and verdict; of a category and everything else that people name, `text`. */
export function storedWindow(more: Partial<StoredRows> = {}, text = 'FR'): Stored {
  const days = Array.from({ length: lastDay }, (_, day) => day + 1)
  const metrics = [
    metricOf('feature:spending', 'weekday', spending),
    metricOf('feature:spending', 'pinned', {
      ...spending,
      n_ref: '28000',
      psi_debiased: 0.12,
      chi2_p: 1e-7,
    }),
    metricOf('trait:country', 'weekday', { edges_id: 'e', psi_debiased: 0.001, chi2_p: 0.4 }),
    metricOf('trait:tiny', 'weekday', {
      n_ref: 0,
      n_cur: 120,
      known: 0,
      before: null,
      after: null,
    }),
    metricOf('volume:web/segment', 'weekday', {
      n_ref: 6000,
      n_cur: 100,
      unit: 'count',
      before: 2000,
      after: 100,
      strength: 4.3,
      severity: 'critical',
      recent: ['', 'critical', 'critical'],
      open_since: toIso(endOf(lastDay - 1)),
      opened_at: toIso(endOf(lastDay)),
      open_severity: 'critical',
      open_inhibited: 1,
    }),
    metricOf(`volume:web/segment ${text}`, 'weekday', {
      n_ref: 6000,
      n_cur: 2000,
      unit: 'share',
      before: 0.05,
      after: 0.05,
    }),
    metricOf('segment:keen entered', 'weekday', {
      n_ref: 24,
      n_cur: 8,
      unit: 'count',
      known: 0,
      before: null,
      after: null,
    }),
    metricOf('freshness:web/segment', 'weekday', {
      n_ref: 6000,
      n_cur: 2000,
      unit: 'ms',
      before: 300_000,
      after: 60_000,
      strength: 0.02,
      open_since: toIso(endOf(20)),
      opened_at: toIso(endOf(20)),
      open_severity: 'warn',
      calm: 2,
    }),
    metricOf('schema:web/segment', 'weekday', {
      n_ref: 3,
      n_cur: 2,
      unit: 'fact',
      after: 1,
      strength: 1,
      severity: 'info',
    }),
    metricOf('rule:keen overdue for review', 'weekday', {
      n_ref: 3,
      n_cur: 1,
      unit: 'fact',
      after: 1,
      strength: 1,
      severity: 'info',
    }),
    metricOf('rule:keen lets nobody in', 'none', { n_ref: 0, n_cur: 0, unit: 'fact' }),
  ]
  const rows: StoredRows = {
    at: endOf(lastDay) + 3_600_000,
    asOf: endOf(lastDay),
    windowMs: dayMs,
    windows: days.map(endOf),
    metrics,
    courses: [
      ...days
        .slice(0, -1)
        .map((day) =>
          metricOf(
            'feature:spending',
            'weekday',
            { psi_debiased: 0.002, null_rate_cur: 0.05, null_rate_ref: 0.05 },
            day,
          ),
        ),
      ...metrics,
    ],
    episodes: [],
    edges: [
      {
        kind: 'numeric',
        edgesId: 'e',
        subject: subjectOfKey('feature:spending'),
        edges: [10],
        zeros: true,
      },
      {
        kind: 'categorical',
        edgesId: 'e',
        subject: subjectOfKey('trait:country'),
        categories: ['DE', text],
        others: ['AT'],
      },
    ],
    baselines: [
      {
        id: 'first',
        edgesId: 'e',
        from: endOf(1),
        to: endOf(lastDay),
        createdAt: endOf(1),
        pinnedAt: endOf(1),
        by: 'drift',
        reason: text,
      },
    ],
    labels: [],
    mutes: [],
    alerts: [
      alertOf('volume:web/segment', lastDay, {
        severity: 'critical',
        inhibited: 1,
        causes: [{ kind: 'upstream', words: text }],
      }),
      alertOf('freshness:web/segment', 20, {
        owner: text,
        words: text,
        segments: [text],
        contributions: [{ bin: text, before: 0.1, after: 0.2, psi: 0.07 }],
      }),
      alertOf('trait:country', 10, { closed_at: toIso(endOf(15)), words: text }),
    ],
    ...more,
  }
  const past = pastOf(
    days.flatMap((day) => shapesOn(day, text)),
    comparedWith(rows),
  )
  const measured = shapesOn(lastDay, text).map((one): [string, Measured] => {
    const key = subjectKey(one.subject)
    return [key, measuredOf(one, past(key), rows)]
  })
  return { ...rows, measured: new Map(measured) }
}
