import type { CompiledDefinition, CompiledTrait } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { TraitCandidate } from '../state.ts'
import { kindRank } from './candidates.ts'

export interface ResolvedTrait {
  readonly candidate: TraitCandidate
  /** First moment at which the value is older than the trait's max_age; null: never. */
  readonly staleAt: EpochMs | null
  readonly stale: boolean
}

/** Best first: what the person said, before what was seen, before what was guessed; then the better source; then the newest. */
function compare(a: TraitCandidate, b: TraitCandidate, ranks: ReadonlyMap<string, number>): number {
  const unlisted = Number.MAX_SAFE_INTEGER
  return (
    kindRank[a.kind] - kindRank[b.kind] ||
    (ranks.get(a.source) ?? unlisted) - (ranks.get(b.source) ?? unlisted) ||
    b.at - a.at ||
    (a.source === b.source ? 0 : a.source > b.source ? -1 : 1) ||
    (a.eventKey > b.eventKey ? -1 : 1)
  )
}

const staleAtOf = (candidate: TraitCandidate, { maxAgeMs }: CompiledTrait): EpochMs | null =>
  maxAgeMs === null ? null : epochMs(candidate.at + maxAgeMs)

const isUsable = (candidate: TraitCandidate, trait: CompiledTrait): boolean =>
  typeof candidate.value === trait.type && (candidate.party === 'first' || trait.allowThirdParty)

/**
 * The value that counts at `at`: the best candidate that isn't stale, so that an outdated declaration does not hide what was seen
 * yesterday; when all are stale, the best of them, marked so.
 */
export function resolveTrait(
  candidates: readonly TraitCandidate[],
  trait: CompiledTrait,
  { sourcePriority }: Pick<CompiledDefinition, 'sourcePriority'>,
  at: EpochMs,
): ResolvedTrait | null {
  let best: ResolvedTrait | null = null
  for (const candidate of candidates) {
    if (!isUsable(candidate, trait)) continue
    const staleAt = staleAtOf(candidate, trait)
    const stale = staleAt !== null && at >= staleAt
    const better =
      best === null ||
      (best.stale === stale
        ? compare(candidate, best.candidate, sourcePriority) < 0
        : best.stale && !stale)
    if (better) best = { candidate, staleAt, stale }
  }
  return best
}

/** When time alone gives another candidate the word: the chosen one turns stale while another stays fresh. */
export function nextTraitChange(
  candidates: readonly TraitCandidate[],
  trait: CompiledTrait,
  definition: Pick<CompiledDefinition, 'sourcePriority'>,
  at: EpochMs,
): EpochMs | null {
  if (trait.maxAgeMs === null || candidates.length < 2) return null
  const now = resolveTrait(candidates, trait, definition, at)
  if (now === null || now.stale || now.staleAt === null) return null
  const then = resolveTrait(candidates, trait, definition, now.staleAt)
  return then?.candidate === now.candidate ? null : now.staleAt
}
