import type { ConsentState } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { ConsentDeclarations } from '../state.ts'

type Declared = NonNullable<ConsentDeclarations['declared']>

const none: ConsentDeclarations = { declared: null, basisAt: null }

/** The newest answer; at the same millisecond a refusal wins. */
function newest(a: Declared | null, b: Declared | null): Declared | null {
  if (a === null || b === null) return a ?? b
  if (a.at !== b.at) return a.at > b.at ? a : b
  return a.state === 'denied' ? a : b
}

const later = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? (a ?? b) : epochMs(Math.max(a, b))

/** Declarations of both sides together, whatever the order. Shares only what is never changed in place. */
export const mergeDeclarations = (
  a: ConsentDeclarations,
  b: ConsentDeclarations,
): ConsentDeclarations => ({
  declared: newest(a.declared, b.declared),
  basisAt: later(a.basisAt, b.basisAt),
})

/** Adds what one event says about a purpose; the very object held when it says nothing newer. */
export function withDeclaration(
  held: ConsentDeclarations | undefined,
  state: ConsentState,
  at: EpochMs,
): ConsentDeclarations {
  const { declared, basisAt } = held ?? none
  if (state !== 'basis') return { declared: newest(declared, { state, at }), basisAt }
  if (held !== undefined && basisAt !== null && basisAt >= at) return held
  return { declared, basisAt: at }
}

/** What is known about one purpose of a person. */
export type PurposeState = 'given' | 'denied' | 'unanswered' | 'basis'

/** An answer always wins over a basis that a source states for people who have not answered. */
export function purposeState(declarations: ConsentDeclarations | undefined): PurposeState {
  if (declarations === undefined) return 'unanswered'
  if (declarations.declared !== null)
    return declarations.declared.state === 'granted' ? 'given' : 'denied'
  return declarations.basisAt === null ? 'unanswered' : 'basis'
}

/** Whether what serves this purpose may be computed, written and shown. */
export const isGiven = (state: PurposeState): boolean => state === 'given' || state === 'basis'
