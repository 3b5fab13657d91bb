import type { Snapshot } from '../store/snapshot.ts'
import { subjectKey } from '../watch/signal.ts'
import type { Label, LeftOut } from '../store/label.ts'
import { recentMs, type Spans, weeks } from './spans.ts'

const dayMs = 86_400_000
/** Windows before a source's rhythm is known: a weekend has to be among them. In as many something came, or it was an import, or comes once a month. */
export const rhythmWindows = 3

/** What one subject was before, oldest first; windows of incidents and campaigns left out, whether somebody labelled them or alerts say so. */
export interface Past {
  readonly weekday: readonly Snapshot[]
  readonly pinned: readonly Snapshot[]
  /** All of the last four weeks. */
  readonly recent: readonly Snapshot[]
  /** The same with those that alerts have left out. */
  readonly lived: readonly Snapshot[]
  /** Windows that alerts have left out of the references. */
  readonly leftOut: { readonly weekday: number; readonly pinned: number }
}

const none: Past = {
  weekday: [],
  pinned: [],
  recent: [],
  lived: [],
  leftOut: { weekday: 0, pinned: 0 },
}

export interface PastInput extends Spans {
  readonly labels: readonly Label[]
  /** Incidents that alerts tell of. */
  readonly incidents: readonly LeftOut[]
}

/** Ends of the windows of the same weekday. */
export const weekdaysOf = ({
  asOf,
  windowMs,
}: Pick<PastInput, 'asOf' | 'windowMs'>): readonly number[] =>
  Array.from({ length: weeks }, (_, week) => asOf - nearest(7 * dayMs * (week + 1), windowMs))

/** Sorts stored snapshots of earlier windows by subject and reference. */
export function pastOf(
  snapshots: readonly Snapshot[],
  { asOf, windowMs, baseline, incidents, labels }: PastInput,
): (key: string) => Past {
  const past = new Map<string, { weekday: Snapshot[]; pinned: Snapshot[]; recent: Snapshot[] }>()
  const weekdays = new Set(weekdaysOf({ asOf, windowMs }))
  // A baseline that is not over yet is no reference: its days are not all weekdays.
  const pinned = baseline !== null && baseline.to < asOf ? baseline : null
  for (const one of snapshots.toSorted((a, b) => a.asOf - b.asOf)) {
    if (one.asOf >= asOf) continue
    const key = subjectKey(one.subject)
    if (labels.some((label) => covers(label, key, one.asOf, windowMs))) continue
    const own = past.get(key) ?? { weekday: [], pinned: [], recent: [] }
    past.set(key, own)
    if (weekdays.has(one.asOf)) own.weekday.push(one)
    if (pinned !== null && one.asOf >= pinned.from && one.asOf <= pinned.to) own.pinned.push(one)
    if (one.asOf >= asOf - recentMs) own.recent.push(one)
  }
  const bySubject = new Map<string, LeftOut[]>()
  for (const incident of incidents)
    for (const key of incident.subjects) {
      const own = bySubject.get(key)
      if (own === undefined) bySubject.set(key, [incident])
      else own.push(incident)
    }
  return (key) => {
    const own = past.get(key)
    return own === undefined ? none : without(own, bySubject.get(key) ?? [], key, windowMs)
  }
}

/** Windows that are no part of a week end near the same time of it. */
const nearest = (ms: number, windowMs: number): number => Math.round(ms / windowMs) * windowMs

/** Where all of a reference would go it stays whole: what lasts as long is no incident, but how things are now. */
function without(
  { pinned, recent, weekday }: Pick<Past, 'pinned' | 'recent' | 'weekday'>,
  incidents: readonly LeftOut[],
  key: string,
  windowMs: number,
): Past {
  const kept = (reference: readonly Snapshot[], least: number): readonly Snapshot[] => {
    const left = reference.filter(
      ({ asOf }) => !incidents.some((incident) => covers(incident, key, asOf, windowMs)),
    )
    return left.length < least ? reference : left
  }
  const references = {
    weekday: kept(weekday, 1),
    pinned: kept(pinned, 1),
    recent: kept(recent, rhythmWindows),
  }
  return {
    ...references,
    lived: recent,
    leftOut: {
      weekday: weekday.length - references.weekday.length,
      pinned: pinned.length - references.pinned.length,
    },
  }
}

/** Whether any of the window lies in the labelled span. */
export const covers = (
  { from, to, subjects }: LeftOut,
  key: string,
  asOf: number,
  windowMs: number,
): boolean =>
  asOf > from && asOf - windowMs < to && (subjects.length === 0 || subjects.includes(key))
