import { asList, type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import { type Answers, answer, noAnswers } from '../calls/consent.ts'
import { type Enriched, entitiesOf } from './enriched.ts'

type Purposes = Readonly<Record<string, string>>

/** Category that stands for every purpose, where an answer names none. */
const everything = 'all'

/** A person has answered to a handful of scopes. */
const scopesMax = 100

/** `pending` and `implicit_consent` are no answers of the person. */
const states: Readonly<Record<string, ConsentState>> = {
  allow_all: 'granted',
  allow_selected: 'granted',
  deny_all: 'denied',
  withdrawn: 'denied',
  expired: 'denied',
}

/** What is allowed on another basis than consent is nobody's answer, but the company's statement. */
function stateOf(data: Fields): ConsentState | undefined {
  const type = ownText(data, 'eventType') ?? ''
  const state = Object.hasOwn(states, type) ? states[type] : undefined
  const basis = ownText(data, 'basisForProcessing') ?? 'consent'
  return state === 'granted' && basis !== 'consent' ? 'basis' : state
}

/** The scopes that an answer is about. A selection says nothing of what was not selected. */
function answerPreferences(out: Answers, data: Fields, purposes: Purposes): void {
  const state = stateOf(data)
  if (state === undefined) return
  const scopes = (asList(own(data, 'consentScopes')) ?? [])
    .slice(0, scopesMax)
    .filter((scope) => typeof scope === 'string' && scope !== '')
  const about = scopes.length === 0 ? [everything] : scopes
  for (const scope of about) answer(out, String(scope), state, purposes)
}

/** The documents that somebody has agreed to, or does not any more, and with `all` whatever there is. */
function answerDocuments(
  out: Answers,
  enriched: Enriched,
  state: ConsentState,
  purposes: Purposes,
): void {
  const documents = entitiesOf(enriched, 'com_snowplowanalytics_snowplow_consent_document')
  for (const document of documents.slice(0, scopesMax)) {
    const id = ownText(document, 'id')
    if (id !== undefined) answer(out, `document:${id}`, state, purposes)
  }
  if (own(enriched.data, 'all') === true) answer(out, everything, state, purposes)
}

/** https://docs.snowplow.io/docs/events/ootb-data/consent-events/ */
export function readConsentEvent(
  enriched: Enriched,
  name: string | null,
  purposes: Purposes,
): Readonly<Answers> {
  const out: Answers = {}
  switch (name) {
    case 'consent_preferences':
      answerPreferences(out, enriched.data, purposes)
      return out
    case 'consent_granted':
      answerDocuments(out, enriched, 'granted', purposes)
      return out
    case 'consent_withdrawn':
      answerDocuments(out, enriched, 'denied', purposes)
      return out
    default:
      return noAnswers
  }
}
