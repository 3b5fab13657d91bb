import type { FragmentId } from '#runtime/event/ids.ts'
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

type Identifiers = ToldEvent['identifiers']

const firstOf = (identifiers: Identifiers): readonly [type: string, value: string] => {
  const [first = ['', ''] as const] = Object.entries(identifiers)
  return first
}

/** The first of them, as it is typed on a command line. */
export const nameOf = (identifiers: Identifiers): string => firstOf(identifiers).join('=')

/** The first of them, as the channels call it. */
export const fragmentOf = (
  { pseudonymiser }: Pick<Installation, 'pseudonymiser'>,
  identifiers: Identifiers,
): FragmentId => pseudonymiser.fragmentId(...firstOf(identifiers))

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
