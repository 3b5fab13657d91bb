import { recentMs } from '../run/references.ts'
import type { Snapshot } from '../store/snapshot.ts'
import type { Course } from '../watch/episode.ts'
import { placeAndType, subjectKey } from '../watch/signal.ts'

/** What came in windows before this one: what does not come any more is measured as nothing, and not left out. */
export interface Earlier {
  /** Source that was heard of in four weeks → when it was last, milliseconds. */
  readonly lastAt: ReadonlyMap<string, number>
  /** Source → types of its events. */
  readonly types: ReadonlyMap<string, readonly string[]>
  /** Reasons and sources of dead letters. */
  readonly letters: readonly string[]
  /** Stages that reported how much waits. */
  readonly stages: readonly string[]
}

/** Of what has come at all in four weeks, or is an alert that has to end. A source that has not come for as long is gone: its silence would explain whatever moves. */
export function earlierOf(
  snapshots: readonly Snapshot[],
  courses: ReadonlyMap<string, Course>,
  asOf: number,
  windowMs: number,
): Earlier {
  const lastAt = new Map<string, number>()
  const names = {
    volume: new Set<string>(),
    dead_letters: new Set<string>(),
    lag: new Set<string>(),
  }
  for (const { asOf: at, counts, subject } of snapshots) {
    if (at >= asOf) continue
    const { kind, name } = subject
    const [first = 0] = counts
    if (kind === 'freshness' && first >= asOf - recentMs)
      lastAt.set(name, Math.max(lastAt.get(name) ?? 0, first))
    if (kind !== 'volume' && kind !== 'dead_letters' && kind !== 'lag') continue
    // A stage of which nobody said anything was as late as the window is long.
    const came = first > (kind === 'lag' ? at - windowMs : 0)
    if ((came && at >= asOf - recentMs) || courses.get(subjectKey(subject))?.open)
      names[kind].add(name)
  }
  const types = new Map<string, string[]>()
  for (const name of names.volume) {
    const { place, type } = placeAndType(name)
    if (type !== null) types.set(place, [...(types.get(place) ?? []), type])
  }
  return { lastAt, types, letters: [...names.dead_letters], stages: [...names.lag] }
}
