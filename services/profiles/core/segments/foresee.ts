import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Summed } from '../content/sum-contents.ts'
import type { Membership } from '../state.ts'
import type { Transition } from './decisions.ts'
import { evaluateSegments } from './evaluate-segments.ts'
import { nextTimer } from './next-timer.ts'
import { createProfileView } from './profile-reader.ts'

/** What time alone will do to a profile, if nothing happens. */
export interface Foreseen extends Transition {
  readonly at: EpochMs
}

/** Looks ahead; a rule of many windows may have to be looked at often before anything comes of it. */
export const looksMax = 2000

/**
 * The next changes of each segment's membership by time alone, exactly: it lets the profile's own timer fire ahead of time, with the
 * functions that will decide then. `complete`: false when it gave up looking before the last timer.
 */
export function foresee(
  summed: Summed,
  definition: CompiledDefinition,
  memberships: ReadonlyMap<string, Membership>,
  at: EpochMs,
): { readonly next: ReadonlyMap<string, Foreseen>; readonly complete: boolean } {
  const next = new Map<string, Foreseen>()
  let previous = memberships
  let now: EpochMs | null = at
  for (let looks = 0; looks < looksMax; looks++) {
    if (now === null || next.size === definition.segments.length) return { next, complete: true }
    const view = createProfileView(summed, definition, now)
    const result = evaluateSegments({
      previous,
      view,
      definition,
      at: now,
      cause: 'timer',
      fresh: false,
    })
    // What would change at once is no matter of time: the fold has decided it, or is about to.
    if (now > at)
      for (const transition of result.transitions)
        if (!next.has(transition.segment)) next.set(transition.segment, { ...transition, at: now })
    previous = result.segments
    now = nextTimer(result.nextChangeAt, summed, definition, now)
  }
  return { next, complete: false }
}
