import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { ConsentTurn } from '../consent/turn.ts'

/** What a message did to consent, for the causes of transitions. */
export interface ConsentNews {
  readonly turn: ConsentTurn
  /** Segments that read something else that the message changed; null: any may. */
  readonly touched: ReadonlySet<CompiledSegment> | null
}

/**
 * The cause of a transition that came with an event. An exit whose purpose, or that of something it read, was just withdrawn is consent's,
 * whatever else the event said, and one out of an import too: nobody who listens may miss it. Anything else is consent's only when the
 * message changed nothing but consent of what the segment and its group read.
 */
export function withConsentCause(
  segment: CompiledSegment,
  to: 'entered' | 'exited',
  cause: TransitionCause,
  news: ConsentNews | null,
  definition: CompiledDefinition,
): TransitionCause {
  if (news === null || (cause !== 'event' && cause !== 'import')) return cause
  const { withdrawn } = news.turn
  if (to === 'exited' && purposesOf(segment, definition).some((purpose) => withdrawn.has(purpose)))
    return 'consent'
  const isAlone = news.touched !== null && !news.touched.has(segment)
  return cause === 'event' && isAlone ? 'consent' : cause
}

/** Of the segment itself, and of all that it reads. */
const purposesOf = (
  segment: CompiledSegment,
  { featureByName, traitByName }: CompiledDefinition,
): readonly string[] => [
  segment.purpose,
  ...segment.readsFeatures.flatMap((name) => featureByName.get(name)?.purpose ?? []),
  ...segment.readsTraits.flatMap((name) => traitByName.get(name)?.purpose ?? []),
]
