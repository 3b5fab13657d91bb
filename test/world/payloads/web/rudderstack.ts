import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { segmentCall, type WebAct, type WebFlaw } from './segment.ts'

// Field names and values: RudderStack, Event Spec (common fields) and Kafka destination. Calls and events are those of Segment's spec.

/** One call as RudderStack's server writes it into Kafka: the device's time, and when it sent and was heard, by which it is set right. */
export function rudderstackCall(random: Random, act: WebAct, flaw: WebFlaw): Told {
  const { payload, entry } = segmentCall(random, act, flaw)
  const { timestamp: _, traits, ...call } = payload
  const clockAheadMs = random.chance(0.1) ? 3_600_000 : 0
  const sentAt = act.at + 1500
  return {
    payload: {
      ...call,
      channel: 'web',
      rudderId: random.uuid(),
      originalTimestamp: new Date(act.at + clockAheadMs).toISOString(),
      sentAt: new Date(sentAt + clockAheadMs).toISOString(),
      receivedAt: new Date(sentAt).toISOString(),
      request_ip: '192.0.2.9',
      integrations: { All: true },
      context: {
        ...contextOf(payload),
        library: { name: 'RudderLabs JavaScript SDK', version: '3.1.0' },
        sessionId: act.at,
        ...(traits !== undefined && { traits }),
      },
    },
    entry: {
      ...entry,
      source: 'rudderstack',
      configuredSource: 'rudderstack',
      // RudderStack's spec has no event of signing up, so that this one is the shop's own.
      ...(act.kind === 'signup' && { type: 'custom:Signed Up', properties: {} }),
    },
  }
}

const contextOf = ({ context }: Readonly<Record<string, unknown>>): object =>
  typeof context === 'object' && context !== null ? context : {}
