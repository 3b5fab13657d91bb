import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Mute } from '../store/label.ts'
import { binNames, type Edges } from '../store/edges.ts'
import { courseColumns } from '../store/rows.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { type Assessment, unknown } from '../watch/assess.ts'
import type { Surroundings } from '../watch/cause.ts'
import { newCourse } from '../watch/episode.ts'
import {
  type ReferenceName,
  referenceNames,
  type Subject,
  subjectKey,
  subjectOfKey,
} from '../watch/signal.ts'
import type { Notice, WindowResult } from '../watch/window.ts'
import { type Contribution, contributionsOf } from './contributions.ts'
import { readersOf, tellOf } from './describe.ts'
import type { Compared } from './compared.ts'
import { figuresOf } from './figures.ts'

export interface Judged {
  readonly asOf: number
  readonly windowMs: number
  readonly baselineId: string
  readonly result: WindowResult
  readonly current: ReadonlyMap<string, Snapshot>
  /** By subject, of those in `current`. */
  readonly compared: ReadonlyMap<string, Compared>
  readonly edges: ReadonlyMap<string, Edges>
  readonly surroundings: Surroundings
  readonly mutes: readonly Mute[]
  /** Subject → references of which the window has rows already. */
  readonly judged: ReadonlyMap<string, readonly string[]>
  readonly compiled: CompiledDefinition
}

/** A row of `drift_metrics`. */
export type MetricRow = ReturnType<typeof metricRow>

/** A row of `drift_alerts`, and what `drift.alerts` says. */
export interface AlertRow {
  readonly kind: string
  readonly name: string
  readonly opened_at: string
  readonly version: string
  readonly since: string
  readonly closed_at: string | null
  readonly severity: string
  readonly inhibited: 0 | 1
  readonly muted: string
  readonly reference: string
  readonly before: number | null
  readonly after: number | null
  readonly unit: string
  readonly p: number | null
  readonly words: string
  readonly contributions: readonly (readonly [string, number, number, number])[]
  readonly causes: readonly (readonly [string, string])[]
  readonly segments: readonly string[]
  readonly owner: string
  readonly runbook: string
}

/** A row per subject and reference, in order of their names; also in place of those that the window has already and that are not so any more. */
export function metricRows(judged: Judged): readonly MetricRow[] {
  const { assessments } = judged.result
  const assessed = new Set(assessments.map(({ subject }) => subjectKey(subject)))
  const gone = [...judged.judged.keys()].filter((key) => !assessed.has(key))
  return [...assessments, ...gone.map((key) => unknown(subjectOfKey(key), 'fact'))]
    .flatMap((assessment) => {
      const key = subjectKey(assessment.subject)
      return referencesOf(key, judged).map((name) => metricRow(judged, assessment, name))
    })
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
}

function referencesOf(
  key: string,
  { compared, judged }: Judged,
): readonly (ReferenceName | 'none')[] {
  const own = [...(compared.get(key)?.references.keys() ?? [])]
  const before = judged.get(key) ?? []
  const isOf = (name: ReferenceName | 'none'): boolean =>
    before.includes(name) || (name === 'none' ? own.length === 0 : own.includes(name))
  return (['none', ...referenceNames] as const).filter(isOf)
}

const order = (row: { kind: string; name: string; reference: string }): string =>
  `${row.kind}\n${row.name}\n${row.reference}`

function metricRow(
  { asOf, windowMs, baselineId, result, compared, current }: Judged,
  { subject, ...assessed }: Assessment,
  reference: ReferenceName | 'none',
) {
  const key = subjectKey(subject)
  const snapshot = current.get(key)
  const against = reference === 'none' ? undefined : compared.get(key)?.references.get(reference)
  const of = against?.figures ?? (snapshot === undefined ? null : figuresOf(snapshot, []))
  return {
    as_of: toIso(asOf),
    kind: subject.kind,
    name: subject.name,
    reference,
    version: String(asOf),
    window_ms: windowMs,
    baseline_id: baselineId,
    edges_id: snapshot?.edgesId ?? '',
    n_ref: of?.nRef ?? 0,
    left_out: against?.leftOut ?? 0,
    n_cur: of?.nCur ?? 0,
    psi_jeffreys: of?.psi ?? null,
    psi_debiased: of?.psiDebiased ?? null,
    js_distance_base2: of?.jsDistance ?? null,
    chi2_p: of?.chi2P ?? null,
    wasserstein_norm: of?.wassersteinNorm ?? null,
    ks_d: of?.ksD ?? null,
    ks_p: of?.ksP ?? null,
    null_rate_ref: of?.nullRateRef ?? null,
    null_rate_cur: of?.nullRateCur ?? null,
    zero_rate_ref: of?.zeroRateRef ?? null,
    zero_rate_cur: of?.zeroRateCur ?? null,
    new_category_share: of?.newCategoryShare ?? null,
    before: assessed.before,
    after: assessed.after,
    unit: assessed.unit,
    p: assessed.p,
    strength: assessed.strength,
    known: assessed.known ? 1 : 0,
    severity: assessed.severity ?? '',
    ...courseColumns(result.courses.get(key) ?? newCourse),
  }
}

/** A row per episode that began, worsened or ended. */
export const alertRows = (judged: Judged): readonly AlertRow[] =>
  judged.result.notices.map((notice) => alertRow(judged, notice))

/** So many bins are enough to see where something moved. */
const contributionsShown = 5

function alertRow(judged: Judged, notice: Notice): AlertRow {
  const { asOf, compiled, surroundings, mutes } = judged
  const { assessment, episode, turn } = notice
  const { subject } = assessment
  const readers = readersOf(subject, compiled, surroundings.upstream)
  const told = tellOf(notice, compiled, readers)
  const key = subjectKey(subject)
  return {
    kind: subject.kind,
    name: subject.name,
    opened_at: toIso(episode.openedAt),
    version: String(asOf),
    since: toIso(episode.since),
    closed_at: turn === 'closed' ? toIso(asOf) : null,
    severity: episode.severity,
    // Of the alert, not of its turn: what somebody was told of stays told, also while something upstream makes it worse.
    inhibited: episode.inhibited ? 1 : 0,
    muted: mutes.find((mute) => mute.subject === key)?.reason ?? '',
    reference: assessment.reference ?? 'none',
    before: assessment.before,
    after: assessment.after,
    unit: assessment.unit,
    p: assessment.p,
    words: told.words,
    contributions: contributions(judged, subject, assessment.reference)
      .slice(0, contributionsShown)
      .map(({ bin, before, after, psi }) => [bin, before, after, psi]),
    causes: told.causes.map(({ kind, words }) => [kind, words]),
    segments: told.segments,
    owner: told.owner,
    runbook: told.runbook,
  }
}

function contributions(
  { compared, current, edges }: Judged,
  subject: Subject,
  reference: Assessment['reference'],
): readonly Contribution[] {
  const key = subjectKey(subject)
  const [snapshot, bins] = [current.get(key), edges.get(key)]
  if (snapshot === undefined || bins === undefined || reference === null) return []
  const before = compared.get(key)?.references.get(reference)?.counts ?? []
  return contributionsOf(binNames(bins), before, snapshot.counts)
}
