import type { ConsentState } from '#runtime/event/event.ts'
import type { ConsentDeclarations } from '../state.ts'

/**
 * Whether a declaration belongs into the history of its fragment: an answer where there was none or another one, be it late; the first basis.
 * What only repeats it does not: sources send their answers and bases with every event.
 */
export function isNews(held: ConsentDeclarations | undefined, state: ConsentState): boolean {
  if (held === undefined) return true
  return state === 'basis' ? held.basisAt === null : held.declared?.state !== state
}
