import { epochMs } from '#runtime/event/ids.ts'
import { fromIso, toIso, toIsoOrNull } from '#runtime/time/iso.ts'
import { severityIn } from '../watch/assess.ts'
import type { Course, KnownEpisode } from '../watch/episode.ts'
import type { Subject, SubjectKind } from '../watch/signal.ts'
import type { Baseline } from './baseline.ts'
import type { Edges } from './edges.ts'
import type { Label, Mute } from './label.ts'
import type { Shape, Snapshot } from './snapshot.ts'

/** Rows of the drift tables as ClickHouse takes and gives them: times ISO 8601, UInt64 as text or number. */
export interface SnapshotRow {
  as_of: string
  kind: string
  name: string
  version: string
  window_ms: number | string
  shape: string
  edges_id: string
  counts: readonly (number | string)[]
  rows: number | string
  nulls: number | string
  zeros: number | string
  fresh: number | string
  mean: number | null
  sd: number | null
  grid: readonly number[]
  meaning: string
}

export interface EdgesRow {
  edges_id: string
  kind: string
  name: string
  version: string
  edges: readonly number[]
  zeros: number
  categories: readonly string[]
  others: readonly string[]
}

export interface BaselineRow {
  baseline_id: string
  version: string
  edges_id: string
  from: string
  to: string
  created_at: string
  pinned_at: string | null
  by: string
  reason: string
}

export interface LabelRow {
  label_id: string
  version: string
  kind: string
  from: string
  to: string
  subjects: readonly string[]
  words: string
  by: string
  removed: number
}

export interface MuteRow {
  subject: string
  version: string
  at: string
  until: string
  reason: string
  by: string
}

/** What is remembered of a subject after a window, as `drift_metrics` has it. */
export interface CourseRow {
  kind: string
  name: string
  recent: readonly string[]
  open_since: string | null
  opened_at: string | null
  open_severity: string
  open_inhibited: number
  calm: number
}

/** An alert as far as windows before one know it. */
export interface EpisodeRow {
  kind: string
  name: string
  since: string
  last: string
  worst: string
  explained: number
}

export const subjectOf = ({ kind, name }: { kind: string; name: string }): Subject => ({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows that we wrote
  kind: kind as SubjectKind,
  name,
})

export const snapshotRow = (one: Snapshot, windowMs: number): SnapshotRow => ({
  as_of: toIso(one.asOf),
  kind: one.subject.kind,
  name: one.subject.name,
  version: String(one.asOf),
  window_ms: windowMs,
  shape: one.shape,
  edges_id: one.edgesId,
  counts: one.counts,
  rows: one.rows,
  nulls: one.nulls,
  zeros: one.zeros,
  fresh: one.fresh,
  mean: one.mean,
  sd: one.sd,
  grid: one.grid,
  meaning: one.meaning,
})

export const snapshotOfRow = (row: SnapshotRow): Snapshot => ({
  asOf: fromIso(row.as_of),
  subject: subjectOf(row),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows that we wrote
  shape: row.shape as Shape,
  edgesId: row.edges_id,
  counts: row.counts.map(Number),
  rows: Number(row.rows),
  nulls: Number(row.nulls),
  zeros: Number(row.zeros),
  fresh: Number(row.fresh),
  mean: row.mean,
  sd: row.sd,
  grid: row.grid,
  meaning: row.meaning,
})

export const edgesRow = (one: Edges, asOf: number): EdgesRow => ({
  edges_id: one.edgesId,
  kind: one.subject.kind,
  name: one.subject.name,
  version: String(asOf),
  edges: one.kind === 'numeric' ? one.edges : [],
  zeros: one.kind === 'numeric' && one.zeros ? 1 : 0,
  categories: one.kind === 'categorical' ? one.categories : [],
  others: one.kind === 'categorical' ? one.others : [],
})

/** A categorical subject has categories; one that has none is numeric. */
export const edgesOfRow = (row: EdgesRow): Edges =>
  row.categories.length > 0
    ? {
        kind: 'categorical',
        edgesId: row.edges_id,
        subject: subjectOf(row),
        categories: row.categories,
        others: row.others,
      }
    : {
        kind: 'numeric',
        edgesId: row.edges_id,
        subject: subjectOf(row),
        edges: row.edges,
        zeros: row.zeros === 1,
      }

export const baselineRow = (one: Baseline, version: number): BaselineRow => ({
  baseline_id: one.id,
  version: String(version),
  edges_id: one.edgesId,
  from: toIso(one.from),
  to: toIso(one.to),
  created_at: toIso(one.createdAt),
  pinned_at: toIsoOrNull(one.pinnedAt),
  by: one.by,
  reason: one.reason,
})

export const baselineOfRow = (row: BaselineRow): Baseline => ({
  id: row.baseline_id,
  edgesId: row.edges_id,
  from: fromIso(row.from),
  to: fromIso(row.to),
  createdAt: fromIso(row.created_at),
  pinnedAt: row.pinned_at === null ? null : fromIso(row.pinned_at),
  by: row.by,
  reason: row.reason,
})

export const labelOfRow = (row: LabelRow): Label => ({
  id: row.label_id,
  kind: row.kind,
  from: fromIso(row.from),
  to: fromIso(row.to),
  subjects: row.subjects,
  words: row.words,
})

export const muteOfRow = (row: MuteRow): Mute => ({
  subject: row.subject,
  at: fromIso(row.at),
  until: fromIso(row.until),
  reason: row.reason,
})

export const courseOfRow = (row: CourseRow): Course => ({
  recent: row.recent.map(severityIn),
  open:
    row.open_since === null || row.opened_at === null
      ? null
      : {
          since: epochMs(fromIso(row.open_since)),
          openedAt: epochMs(fromIso(row.opened_at)),
          severity: severityIn(row.open_severity) ?? 'info',
          calm: row.calm,
          inhibited: row.open_inhibited === 1,
        },
})

export const episodeOfRow = (row: EpisodeRow): KnownEpisode => ({
  subject: subjectOf(row),
  since: fromIso(row.since),
  last: fromIso(row.last),
  severity: severityIn(row.worst) ?? 'info',
  inhibited: row.explained === 1,
})

export const courseColumns = ({ open, recent }: Course): Omit<CourseRow, 'kind' | 'name'> => ({
  recent: recent.map((severity) => severity ?? ''),
  open_since: toIsoOrNull(open?.since ?? null),
  opened_at: toIsoOrNull(open?.openedAt ?? null),
  open_severity: open?.severity ?? '',
  open_inhibited: open?.inhibited === true ? 1 : 0,
  calm: open?.calm ?? 0,
})
