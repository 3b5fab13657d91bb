import type { ConsentDeclarations } from '../state.ts'
import { isGiven, type PurposeState, purposeState } from './declarations.ts'

/** Decides, for one profile, what may be computed for segments, written and shown. Fragments always fold. */
export interface ConsentGate {
  state(purpose: string): PurposeState
  /** Answered with yes, or unanswered while a source states a basis. */
  given(purpose: string): boolean
}

/** A gate over the declarations of all members together. */
export const createGate = (consent: ReadonlyMap<string, ConsentDeclarations>): ConsentGate =>
  new Gate(consent)

/** A class, since one is made for every touched profile: of an object with functions of its own, these would be most. */
class Gate implements ConsentGate {
  private readonly consent: ReadonlyMap<string, ConsentDeclarations>
  /** What was asked last: features of one purpose follow each other. */
  private purpose: string | null = null
  private isGiven = false

  constructor(consent: ReadonlyMap<string, ConsentDeclarations>) {
    this.consent = consent
  }

  state(purpose: string): PurposeState {
    return purposeState(this.consent.get(purpose))
  }

  given(purpose: string): boolean {
    if (purpose !== this.purpose) {
      this.isGiven = isGiven(this.state(purpose))
      this.purpose = purpose
    }
    return this.isGiven
  }
}
