import { toIso } from '#runtime/time/iso.ts'
import { contributionsOf } from '../run/contributions.ts'
import type { Past } from '../run/references.ts'
import { comparable, histogramOf, newIds, windowsOfRhythm } from '../run/signals.ts'
import { binNames, type Edges } from '../store/edges.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { type ReferenceName, referenceNames } from '../watch/signal.ts'
import type {
  BinReport,
  DistributionEvidence,
  DistributionReference,
  Evidence,
  FiguresReport,
  ShareEvidence,
} from './report-view.ts'

export interface EvidenceInput {
  readonly snapshot: Snapshot
  readonly past: Past
  readonly edges: Edges | undefined
  readonly figures: readonly FiguresReport[]
  readonly decidedBy: ReferenceName | null
  readonly windowMs: number
}

/** What was counted in the window, beside what it is compared with. */
export function evidenceOf(input: EvidenceInput): Evidence {
  const { past, snapshot, windowMs } = input
  const [first = 0, second = 0] = snapshot.counts
  switch (snapshot.shape) {
    case 'distribution':
      return distributionOf(input)
    case 'count':
      return {
        shape: 'count',
        current: first,
        weekday: past.weekday.map(({ asOf, counts }) => ({
          as_of: toIso(asOf),
          count: counts[0] ?? 0,
        })),
      }
    case 'share':
      return { shape: 'share', hits: first, of: second, references: sharesOf(past) }
    case 'freshness':
      return {
        shape: 'freshness',
        last_at: first > 0 ? toIso(first) : null,
        longest_gap_ms: second,
        windows: windowsOfRhythm(snapshot.subject, past),
      }
    case 'set':
      return { shape: 'set', ids: snapshot.counts, new: newIds(snapshot, past, windowMs) }
    case 'fact':
      return { shape: 'fact', holds: first === 1 }
    default:
      return snapshot.shape satisfies never
  }
}

/** As a share is judged: by the same weekday; where there is none yet, by all that is known. */
function sharesOf(past: Past): ShareEvidence['references'] {
  const names = past.weekday.length > 0 ? referenceNames : (['recent', 'pinned'] as const)
  return names
    .map((reference) => ({
      reference,
      windows: past[reference].length,
      hits: sum(past[reference].map(({ counts }) => counts[0] ?? 0)),
      of: sum(past[reference].map(({ counts }) => counts[1] ?? 0)),
    }))
    .filter(({ windows }) => windows > 0)
}

function distributionOf({
  decidedBy,
  edges,
  figures,
  past,
  snapshot,
}: EvidenceInput): DistributionEvidence {
  const same = referenceNames
    .map((reference) => ({ reference, snapshots: comparable(snapshot, past[reference]) }))
    .filter(({ snapshots }) => snapshots.length > 0)
  return {
    shape: 'distribution',
    values: edges?.kind ?? 'unknown',
    mean: snapshot.mean,
    sd: snapshot.sd,
    references: same.map(({ reference, snapshots }): DistributionReference => {
      const rows = sum(snapshots.map((one) => one.rows))
      const judged = figures.find((one) => one.reference === reference)
      return {
        reference,
        windows: snapshots.length,
        rows,
        mean: meanOf(snapshots),
        as_judged: judged?.n_ref === rows,
      }
    }),
    bins: edges === undefined ? [] : binsOf(snapshot, edges, same, decidedBy),
  }
}

function binsOf(
  snapshot: Snapshot,
  edges: Edges,
  same: readonly { readonly reference: ReferenceName; readonly snapshots: readonly Snapshot[] }[],
  decidedBy: ReferenceName | null,
): readonly BinReport[] {
  const names = binNames(edges)
  const counted = new Map(
    same.map(({ reference, snapshots }): [ReferenceName, readonly number[]] => [
      reference,
      histogramOf(snapshots, snapshot.edgesId).counts,
    ]),
  )
  const deciding = counted.get(decidedBy ?? 'weekday') ?? [...counted.values()][0]
  // By place: what people call a category may be called as another bin is.
  const parts = new Map(
    contributionsOf(
      names.map((_, place) => String(place)),
      deciding ?? [],
      snapshot.counts,
    ).map(({ bin, psi }) => [bin, psi]),
  )
  return names.map((bin, place) => ({
    bin,
    kind: kindOf(edges, place, names.length),
    current: snapshot.counts[place] ?? 0,
    weekday: counted.get('weekday')?.[place] ?? null,
    pinned: counted.get('pinned')?.[place] ?? null,
    psi: parts.get(String(place)) ?? null,
  }))
}

function kindOf(edges: Edges, place: number, bins: number): BinReport['kind'] {
  const fromEnd = bins - 1 - place
  if (fromEnd === 0) return 'null'
  if (edges.kind === 'numeric') return edges.zeros && fromEnd === 1 ? 'zero' : 'values'
  return fromEnd === 1 ? 'new' : fromEnd === 2 ? 'other' : 'values'
}

/** Of all that have a value. null: they are no numbers. */
function meanOf(snapshots: readonly Snapshot[]): number | null {
  const known = snapshots.flatMap(({ mean, nulls, rows }) =>
    mean === null ? [] : [{ n: rows - nulls, mean }],
  )
  const n = sum(known.map((one) => one.n))
  return n === 0 ? null : sum(known.map((one) => one.n * one.mean)) / n
}

const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0)
