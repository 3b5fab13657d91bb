import { fnv1a } from '#runtime/digest/fnv1a.ts'
import type { TestEvent } from '../support/fold/events.ts'

/** Purposes that people answer. `service` has a basis that the source states. */
export const askedPurposes = ['ads', 'mail'] as const
export type AskedPurpose = (typeof askedPurposes)[number]
export type Answer = 'granted' | 'denied'

const halfAnHour = 30 * 60_000

/**
 * An event with the answers that it carries: of every two about one has any. They fall on whole half hours, so that some contradict each other
 * at one time. Drawn from the event's own name: with or without answers the rest of a history is the same.
 */
export function withAnswers(seed: number, event: TestEvent): TestEvent {
  const drawn = fnv1a(`${seed}/${event.id}`)
  const consent: Record<string, Answer> = {}
  for (const [n, purpose] of askedPurposes.entries()) {
    const fate = (drawn >>> (8 * n)) % 8
    if (fate < 4) consent[purpose] = fate < 2 ? 'granted' : 'denied'
  }
  if (Object.keys(consent).length === 0) return event
  return { ...event, at: event.at - (event.at % halfAnHour), consent }
}

export type StateOfPurpose = 'given' | 'denied' | 'unanswered'

/** The newest answer of all of them; of two at one time the refusal. */
export function stateOfPurpose(
  purpose: AskedPurpose,
  events: readonly TestEvent[],
): StateOfPurpose {
  let state: StateOfPurpose = 'unanswered'
  let newest = Number.NEGATIVE_INFINITY
  for (const { at, consent } of events) {
    const answer = consent?.[purpose]
    if (answer === undefined || at < newest) continue
    if (at > newest || answer === 'denied') state = answer === 'granted' ? 'given' : 'denied'
    newest = at
  }
  return state
}
