import type { Installation } from './installation.ts'

/** An event in our own envelope, as JSON: identifiers by type. */
export interface ToldEvent {
  readonly id: string
  /** UTC milliseconds. */
  readonly at: number
  readonly type?: string
  readonly identifiers: Readonly<Record<string, string>>
  readonly traits?: Readonly<Record<string, string>>
  readonly consent?: Readonly<Record<string, 'granted' | 'denied'>>
  readonly properties?: Readonly<Record<string, string | number>>
}

/** As a source of ours would write it. */
export const encodeTold = (event: ToldEvent): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      event_id: event.id,
      source: 'shop',
      type: event.type ?? 'page_viewed',
      occurred_at: event.at,
      identifiers: Object.entries(event.identifiers).map(([type, value]) => ({ type, value })),
      traits: event.traits ?? {},
      consent: event.consent ?? {},
      properties: event.properties ?? {},
    }),
  )

/** Sends events through the channel of the CRM, in their order. */
export async function tell(
  { kafka, prefix }: Pick<Installation, 'kafka' | 'prefix'>,
  events: readonly ToldEvent[],
): Promise<void> {
  const producer = await kafka.producer()
  await producer.send([
    {
      topic: `${prefix}.channel.crm.tributary`,
      // One partition, so that the log has them in this order.
      records: events.map((event) => ({ key: null, value: encodeTold(event), partition: 0 })),
    },
  ])
  await producer.close()
}
