import type { Outcome } from '#runtime/channel/core/outcome.ts'
import { tidyTraits } from '#runtime/channel/core/traits/tidy.ts'
import type { CanonicalEvent, JsonObject, JsonValue } from '#runtime/event/event.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { toIso } from '#runtime/time/iso.ts'

const presentEvent = (event: CanonicalEvent): JsonObject => ({
  event_id: event.eventId,
  channel: event.channel,
  source: event.source,
  type: event.type,
  occurred_at: toIso(event.occurredAt),
  received_at: toIso(event.receivedAt),
  identifiers: event.identifiers.map(({ type, value, blocked, flags }) => ({
    type,
    value,
    blocked,
    flags,
  })),
  flags: event.flags,
  traits: tidyTraits(event.traits),
  trait_kind: event.traitKind,
  party: event.party,
  consent: event.consent,
  machine: event.machine !== null,
  machine_reason: event.machine,
  properties: event.properties,
})

/** One line of `normalise`, keys sorted. */
export function presentOutcome(outcome: Outcome): string {
  switch (outcome.outcome) {
    case 'ok':
      return canonicalJson({
        outcome: 'ok',
        index: outcome.index,
        event: presentEvent(outcome.event),
      })
    case 'dead_letter':
      return canonicalJson({
        outcome: 'dead_letter',
        index: outcome.index,
        stage: outcome.stage,
        reason: outcome.reason,
        detail: outcome.detail,
      })
    case 'drop':
      return canonicalJson({
        outcome: 'drop',
        index: outcome.index,
        reason: outcome.reason,
        detail: outcome.detail,
      })
    default:
      return outcome satisfies never
  }
}

/** One line for `simulate` and `test`, keys sorted: identifiers by type, a list where a type has several. */
export function presentOffline(event: CanonicalEvent): string {
  const values = new Map<string, string[]>()
  for (const { type, value } of event.identifiers)
    values.set(type, [...(values.get(type) ?? []), value])
  const identifiers: Record<string, JsonValue> = {}
  for (const [type, list] of values) identifiers[type] = list.length === 1 ? (list[0] ?? '') : list
  return canonicalJson({
    id: event.eventId,
    at: toIso(event.occurredAt),
    received_at: toIso(event.receivedAt),
    channel: event.channel,
    source: event.source,
    type: event.type,
    identifiers,
    traits: tidyTraits(event.traits),
    consent: event.consent,
    machine: event.machine,
    properties: event.properties,
  })
}
