import type { Act } from '../acts.ts'
import type { WorldRecord } from '../ledger.ts'
import type { Random } from '../random.ts'
import { entryOf, normalEmail } from './told.ts'

/** An event in our own envelope, before Avro (schemas/avro/channels/channel-event.avsc). */
export interface Envelope {
  readonly event_id: string
  readonly source: string
  readonly type: string
  readonly occurred_at: number
  readonly identifiers: readonly { readonly type: string; readonly value: string }[]
  readonly properties: Readonly<Record<string, string | number | boolean>>
}

/** Confluent wire format. */
export type EncodeEnvelope = (envelope: Envelope) => Uint8Array

/** A mobile app's order or a support desk's ticket, sent to us in our own format by the company's own code. */
export function envelopeRecord(random: Random, act: Act, encode: EncodeEnvelope): WorldRecord {
  const eventId = random.uuid()
  const userId = act.person.userId ?? 'nobody'
  const order = act.kind === 'envelope_order'
  const type = order ? 'order_completed' : 'ticket_opened'
  const properties = order
    ? { total: act.total, currency: 'EUR', category: act.product.category, quantity: act.quantity }
    : { topic: 'delivery' }
  const email = random.chance(0.3)
  return {
    topic: 'channel.crm.tributary',
    value: encode({
      event_id: eventId,
      source: 'app',
      type,
      occurred_at: act.at,
      identifiers: [
        { type: 'user_id', value: userId },
        ...(email ? [{ type: 'email', value: act.email }] : []),
      ],
      properties,
    }),
    headers: { 'tributary-source': 'tributary' },
    entries: [
      entryOf(act, {
        id: eventId,
        source: 'app',
        configuredSource: 'tributary',
        channel: 'crm',
        type,
        identifiers: [
          ['user_id', userId],
          ...(email ? [['email', normalEmail(act.email)] as const] : []),
        ],
        properties: order ? properties : {},
      }),
    ],
  }
}
