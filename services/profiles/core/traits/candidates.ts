import type { RoutedEvent, Scalar } from '#runtime/event/event.ts'
import { traitTextBytesMax } from '#runtime/definition/state-bounds.ts'
import { isTextWithin, jsonBytes } from '#runtime/log/json-bytes.ts'
import type { TraitCandidate } from '../state.ts'

/** Longer texts are in no state. */
const traitTextMax = 1024

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Later wins; ties end at the event key (the source is the same on both sides). */
const newer = (a: TraitCandidate, b: TraitCandidate): boolean =>
  a.at !== b.at ? a.at > b.at : a.eventKey > b.eventKey

/** Whether a value may be kept at all: JSON has no NaN, and a text has its bound. */
export const isTraitValue = (value: unknown): value is Scalar =>
  typeof value === 'string'
    ? value.length <= traitTextMax
    : typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

/** Whether there is room for a value in a fragment's state. */
export const isKeepable = (value: Scalar): boolean =>
  typeof value !== 'string' || isTextWithin(value, traitTextBytesMax)

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

/** Better first: what the person said, what was seen, what was guessed. */
export const kindRank = { declared: 0, observed: 1, inferred: 2 } as const

/** First to go: what was guessed, then what was seen, last what the person said; of these the oldest. */
const weaker = (a: TraitCandidate, b: TraitCandidate): TraitCandidate =>
  (kindRank[a.kind] - kindRank[b.kind] || (newer(a, b) ? -1 : 1)) > 0 ? a : b

/** With the comma after it. */
const bytesOf = (candidate: TraitCandidate): number => jsonBytes({ ...candidate }) + 1

/** Bytes of a list of candidates as JSON, never too few. */
export const candidatesBytes = (candidates: readonly TraitCandidate[]): number =>
  candidates.reduce((sum, candidate) => sum + bytesOf(candidate), 2)

/** As many candidates as there is room for, at least one. */
export function withinBytes(
  candidates: readonly TraitCandidate[],
  bytesMax: number,
): readonly TraitCandidate[] {
  if (candidates.length < 2) return candidates
  let kept = candidates
  let bytes = candidatesBytes(candidates)
  while (bytes > bytesMax && kept.length > 1) {
    const weakest = kept.reduce(weaker)
    bytes -= bytesOf(weakest)
    kept = kept.filter((candidate) => candidate !== weakest)
  }
  return kept
}

/** Candidates of both sides together. */
export const mergeCandidates = (
  a: readonly TraitCandidate[],
  b: readonly TraitCandidate[],
): readonly TraitCandidate[] => b.reduce(withCandidate, a)
