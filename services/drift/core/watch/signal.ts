import { driftKinds } from '#runtime/definition/drift-schema.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Share } from '../verdict/share-change.ts'

/** What is watched. The kind says what to do about it, and which runbook helps. */
export { driftKinds as subjectKinds }
export type SubjectKind = (typeof driftKinds)[number]

export interface Subject {
  readonly kind: SubjectKind
  /** Of a feature, `email/sendgrid`, a segment … */
  readonly name: string
}

/** Also of a row. */
export const subjectKey = ({
  kind,
  name,
}: {
  readonly kind: string
  readonly name: string
}): string => `${kind}:${name}`

export function subjectOfKey(key: string): Subject {
  const end = key.indexOf(':')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key that subjectKey made
  return { kind: key.slice(0, end) as SubjectKind, name: key.slice(end + 1) }
}

/** What is watched of a segment, by its name: its size first. */
export const segmentNames = (name: string): readonly string[] => [
  name,
  ...(['entered', 'exited', 'stayed'] as const).map((what) => `${name} ${what}`),
]

/** Of a volume, `channel/source` and the type of its events, if it is of one; names of types may have spaces. */
export function placeAndType(name: string): {
  readonly place: string
  readonly type: string | null
} {
  const end = name.indexOf(' ')
  return end < 0
    ? { place: name, type: null }
    : { place: name.slice(0, end), type: name.slice(end + 1) }
}

/** `weekday`: the same weekday of the last four weeks together. `pinned`: a baseline that somebody chose. */
export const referenceNames = ['weekday', 'pinned'] as const
export type ReferenceName = (typeof referenceNames)[number]

/** Counts in the bins of one set of frozen edges; nulls are the last bin. */
export interface Histogram {
  readonly edgesId: string
  readonly counts: readonly number[]
  readonly rows: number
  readonly nulls: number
}

/** How the values of a feature or a trait are spread over people. */
export interface DistributionSignal {
  readonly shape: 'distribution'
  readonly subject: Subject
  readonly current: Histogram
  /** Only those with the same edges compare. */
  readonly references: ReadonlyMap<ReferenceName, Histogram>
}

/** How many there were of something in the window. */
export interface CountSignal {
  readonly shape: 'count'
  readonly subject: Subject
  readonly current: number
  /** The same weekday of earlier weeks, whichever are known. */
  readonly reference: readonly number[]
  /** A ratio to their median at or beyond this, either way, is news. */
  readonly ratio: number
}

/** `points`: a growth by so many points of one. `ratio`: at or beyond so many times, either way. `restRatio`: the same of what is not it. */
export type ShareFloor =
  | { readonly points: number }
  | { readonly ratio: number }
  | { readonly restRatio: number }

/** How much of the whole something is. */
export interface ShareSignal {
  readonly shape: 'share'
  readonly subject: Subject
  readonly current: Share
  readonly reference: Share
  readonly floor: ShareFloor
}

/** When something was last heard of. */
export interface FreshnessSignal {
  readonly shape: 'freshness'
  readonly subject: Subject
  readonly lastAt: EpochMs
  readonly asOf: EpochMs
  /** Longest silence in the reference, milliseconds. */
  readonly longestGapMs: number
}

/** Something that is so or is not: a rule that is overdue for review, a schema that was never seen before. */
export interface FactSignal {
  readonly shape: 'fact'
  readonly subject: Subject
  readonly severity: 'info' | 'warn'
  readonly holds: boolean
}

export type Signal = DistributionSignal | CountSignal | ShareSignal | FreshnessSignal | FactSignal
