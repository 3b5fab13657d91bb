import type { ConsentDeclarations } from '../state.ts'
import { isGiven, type PurposeState, purposeState } from './declarations.ts'

/** Decides, for one profile, what may be computed for segments, written and shown. Fragments always fold. */
export interface ConsentGate {
  state(purpose: string): PurposeState
  /** Answered with yes, or unanswered while a source states a basis. */
  given(purpose: string): boolean
}

/** A gate over the declarations of all members together. */
export function createGate(consent: ReadonlyMap<string, ConsentDeclarations>): ConsentGate {
  const state = (purpose: string): PurposeState => purposeState(consent.get(purpose))
  return { state, given: (purpose) => isGiven(state(purpose)) }
}
