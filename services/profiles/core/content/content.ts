import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { FragmentContent, Seen } from '../state.ts'

/** A fragment that knows nothing yet. */
export const emptyContent = (): FragmentContent => ({
  features: new Map(),
  traits: new Map(),
  consent: new Map(),
  seen: null,
})

/** A member with empty state is no member. */
export const isEmpty = (content: FragmentContent): boolean => content.seen === null

/** Erasure and expiry: nothing stays. */
export function clearContent(content: FragmentContent): void {
  content.features.clear()
  content.traits.clear()
  content.consent.clear()
  content.seen = null
}

/** Counts one event. Changes `seen` in place when there is one. */
export function withSeen(seen: Seen | null, occurredAt: EpochMs, receivedAt: EpochMs): Seen {
  if (seen === null)
    return { firstAt: occurredAt, lastAt: occurredAt, newestReceivedAt: receivedAt, events: 1 }
  if (occurredAt < seen.firstAt) seen.firstAt = occurredAt
  if (occurredAt > seen.lastAt) seen.lastAt = occurredAt
  if (receivedAt > seen.newestReceivedAt) seen.newestReceivedAt = receivedAt
  seen.events += 1
  return seen
}

/** Fresh: shares nothing with its inputs. */
export const mergeSeen = (a: Seen, b: Seen): Seen => ({
  firstAt: epochMs(Math.min(a.firstAt, b.firstAt)),
  lastAt: epochMs(Math.max(a.lastAt, b.lastAt)),
  newestReceivedAt: epochMs(Math.max(a.newestReceivedAt, b.newestReceivedAt)),
  events: a.events + b.events,
})
