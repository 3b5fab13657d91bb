import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { Membership } from '../state.ts'
import type { Because } from './because.ts'
import type { ConsentNews } from './consent-cause.ts'
import type { ProfileView } from './profile-reader.ts'

export interface SegmentsInput {
  readonly previous: ReadonlyMap<string, Membership>
  readonly view: ProfileView
  readonly definition: CompiledDefinition
  readonly at: EpochMs
  readonly cause: TransitionCause
  /** Members changed (merge, split), or their data went away: what was decided from other data is decided anew. */
  readonly fresh: boolean
  /** The only segments that may have changed, whole groups, in the definition's order; null: any. The others stay as they are. */
  readonly only?: readonly CompiledSegment[] | null
  /** What came of the purposes with the message that led here; left out: nothing. */
  readonly consent?: ConsentNews | null
}

export interface Transition {
  readonly segment: string
  readonly to: 'entered' | 'exited'
  readonly cause: TransitionCause
  readonly because: Because
  readonly ruleHash: string
}

export interface SegmentsResult {
  /** What the profile keeps: an entry for each segment of the definition that it was ever in. The very map given when nothing changed. */
  readonly segments: ReadonlyMap<string, Membership>
  /** Exits first, then entries, each by priority and name; `seq` of a row is the index here. */
  readonly transitions: readonly Transition[]
  /** Memberships whose row changed, closed ones of removed segments included. */
  readonly changed: ReadonlyMap<string, Membership>
  /** Per segment, when time alone may change it; only those that have such a time. */
  readonly nextChanges: ReadonlyMap<string, EpochMs>
  /** Of those that were decided, the earliest of them, at least one millisecond from now; null: never. */
  readonly nextChangeAt: EpochMs | null
}
