import type { ConsentState, RoutedEvent } from '#runtime/event/event.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { ConsentHistoryRow } from '#schemas/clickhouse/rows.ts'

/** What an event declares about one purpose of its fragment. */
export const consentRow = (
  fragment: FragmentId,
  purpose: string,
  state: ConsentState,
  version: string,
  event: RoutedEvent,
): ConsentHistoryRow => ({
  fragment_id: fragment,
  purpose,
  version,
  state,
  declared_at: toIso(event.occurredAt),
  received_at: toIso(event.receivedAt),
  source: event.source,
  event_id: event.eventId,
  event_key: event.eventKey,
})
