import type { RoutedEvent, Scalar } from '#runtime/event/event.ts'
import type { TraitCandidate } from '../state.ts'

/** Longer texts are refused: a fragment's state has to stay small. */
export const traitTextMax = 1024

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Later wins; ties end at the event key (the source is the same on both sides). */
const newer = (a: TraitCandidate, b: TraitCandidate): boolean =>
  a.at !== b.at ? a.at > b.at : a.eventKey > b.eventKey

/** Whether a value may be kept at all: JSON has no NaN, and a text has its bound. */
export const isTraitValue = (value: unknown): value is Scalar =>
  typeof value === 'string'
    ? value.length <= traitTextMax
    : typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

export const candidateOf = (event: RoutedEvent, value: Scalar): TraitCandidate => ({
  value,
  source: event.source,
  party: event.party,
  kind: event.traitKind,
  at: event.occurredAt,
  eventKey: event.eventKey,
})

/**
 * The candidates with one more: the newest per (source, kind), in order of (source, kind), so that any arrival order gives the same list.
 * Returns the very same list when the candidate changes nothing.
 */
export function withCandidate(
  candidates: readonly TraitCandidate[],
  candidate: TraitCandidate,
): readonly TraitCandidate[] {
  const { source, kind } = candidate
  const index = candidates.findIndex((held) => held.source === source && held.kind === kind)
  const held = candidates[index]
  if (held !== undefined)
    return newer(candidate, held) ? candidates.with(index, candidate) : candidates
  return [...candidates, candidate].toSorted(
    (a, b) => byText(a.source, b.source) || byText(a.kind, b.kind),
  )
}

/** Candidates of both sides together. */
export const mergeCandidates = (
  a: readonly TraitCandidate[],
  b: readonly TraitCandidate[],
): readonly TraitCandidate[] => b.reduce(withCandidate, a)
