import type { CanonicalEvent } from '../../event/event.ts'
import { canonicalJson } from '../../log/canonical-json.ts'

/** Lower-case hex or base64url of a strong hash of the text (SHA-256 in the services). */
export type TextHash = (text: string) => string

/**
 * The identity of an event whose source gives it none: its content, without the time of arrival, so that a redelivery is the same
 * event. Two truly equal events are taken for one, which a source may refuse (`contentIds: false`).
 */
export function contentId(
  event: Pick<
    CanonicalEvent,
    'type' | 'occurredAt' | 'receivedAt' | 'identifiers' | 'traits' | 'consent' | 'properties'
  >,
  hash: TextHash,
): string {
  const content = {
    type: event.type,
    // An event that occurs when it is received has no time of its own.
    at: event.occurredAt === event.receivedAt ? null : event.occurredAt,
    identifiers: event.identifiers.map(({ type, value }) => [type, value]),
    traits: event.traits,
    consent: event.consent,
    properties: event.properties,
  }
  return `content:${hash(canonicalJson(content))}`
}
