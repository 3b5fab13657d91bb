import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { Summed } from '../content/sum-contents.ts'
import { nextTraitChange } from '../traits/resolve-trait.ts'
import { earlier } from './decide-segment.ts'

/**
 * When a profile must be looked at again though nothing happens: its segments' next change, or a trait whose best value turns stale while
 * another is fresh, so that its row changes. At least 1 ms from now; null: never.
 */
export function nextTimer(
  nextChangeAt: EpochMs | null,
  summed: Summed,
  definition: CompiledDefinition,
  at: EpochMs,
): EpochMs | null {
  let timer = nextChangeAt
  for (const trait of definition.traits) {
    if (trait.maxAgeMs === null) continue
    const candidates = summed.traits.get(trait.name)
    if (candidates !== undefined)
      timer = earlier(timer, nextTraitChange(candidates, trait, definition, at))
  }
  return timer === null ? null : epochMs(Math.max(timer, at + 1))
}
