import { hash } from 'node:crypto'
import type { RoutedEvent } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'

const hashOf = (text: string): string => hash('sha256', text, 'buffer').toString('base64url', 0, 16)

/** What the homes send to the linker: each distinct set of a fragment once in `memoryMs` of log time. */
export function createHome(
  memoryMs: number,
): (event: RoutedEvent, clock: EpochMs) => LinkRecord | null {
  const sent = new Map<string, EpochMs>()
  let effects = 0
  return (event, clock) => {
    const { fragment, identifiers } = event
    if (fragment === null || identifiers.length < 2) return null
    const set = hashOf(identifiers.map(({ id, blocked }) => `${id} ${blocked ?? ''}\n`).join(''))
    const before = sent.get(set)
    if (before !== undefined && before >= clock - memoryMs) return null
    sent.set(set, clock)
    effects += 1
    return {
      kind: 'link',
      linkId: hashOf(`${set} ${event.eventKey}`),
      sender: { generation: 0, partition: 0, position: [effects, 0, 0] },
      identifiers,
      eventId: event.eventId,
      eventKey: event.eventKey,
      source: event.source,
      eventType: event.type,
      occurredAt: event.occurredAt,
      receivedAt: clock,
      logTime: clock,
    }
  }
}
