import type { EpochMs } from '#runtime/event/ids.ts'
import type { Assessment } from './assess.ts'
import { type Subject, type SubjectKind, subjectKey } from './signal.ts'

/** Something that people did, which may explain what moved. */
export interface Change {
  readonly kind: 'definition' | 'import' | 'label'
  readonly at: EpochMs
  /** Subjects that it may move; null: any. */
  readonly subjects: ReadonlySet<string> | null
  /** What was done, without anybody's data. */
  readonly words: string
}

/** Why something moved, as far as it can be told. */
export type Cause =
  | { readonly kind: 'upstream'; readonly subject: Subject; readonly severity: string }
  | { readonly kind: Change['kind']; readonly at: EpochMs; readonly words: string }

export interface Surroundings {
  /** By subject, those that it is computed from, directly or not. */
  readonly upstream: ReadonlyMap<string, ReadonlySet<string>>
  readonly changes: readonly Change[]
}

/** What is measured of the input comes before what is computed from it; the earlier explains the later. */
const order: readonly SubjectKind[] = [
  'lag',
  'freshness',
  'volume',
  'schema',
  'dead_letters',
  'machines',
  'consent',
  'nulls',
  'identity',
  'trait',
  'feature',
  'segment',
  'rule',
]
const rankOf = ({ kind }: Subject): number => order.indexOf(kind)

/** What explains an alert: what people did to it since the last quiet window, then news of what it is made from, nearest to the source first. */
export function causesOf(
  { subject }: Assessment,
  news: readonly Assessment[],
  { upstream, changes }: Surroundings,
  since: EpochMs,
): readonly Cause[] {
  const key = subjectKey(subject)
  const done = changes
    .filter(({ at, subjects }) => at >= since && (subjects === null || subjects.has(key)))
    .map(({ kind, at, words }) => ({ kind, at, words }))
  const above = upstream.get(key) ?? new Set()
  const moved = news
    .filter(
      (one) =>
        one.severity !== null &&
        above.has(subjectKey(one.subject)) &&
        // Entries come of a size, a type's share of its source's volume: the same kind, and one is made from the other.
        rankOf(one.subject) <= rankOf(subject),
    )
    .toSorted((a, b) => rankOf(a.subject) - rankOf(b.subject) || b.strength - a.strength)
    .map((one) => ({
      kind: 'upstream' as const,
      subject: one.subject,
      severity: one.severity ?? '',
    }))
  return [...done, ...moved]
}

/** Whoever fixes the cause has fixed this: nobody has to be told twice. */
export const isInhibited = (causes: readonly Cause[]): boolean =>
  causes.some(({ kind }) => kind === 'upstream')
