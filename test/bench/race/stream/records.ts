import type { Channel } from '#runtime/event/vocabulary.ts'
import { registerEnvelope } from '../../../world/demo/envelope-encoder.ts'
import type { LedgerEntry } from '../../../world/ledger.ts'
import type { RaceEvent } from './events.ts'

export type TopicOf = Readonly<Record<Channel, string>>

/** Of each raw topic. */
export const sourcePartitions = 4

export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly value: Uint8Array
}

/** Registers our envelope for each raw topic, as a company's producer would; makes the raw record of an event in Confluent's wire format. */
export async function createEncoder(
  registryUrl: string,
  topicOf: TopicOf,
): Promise<(event: RaceEvent) => RawRecord> {
  const encode = {
    web: await registerEnvelope(registryUrl, topicOf.web),
    email: await registerEnvelope(registryUrl, topicOf.email),
    crm: await registerEnvelope(registryUrl, topicOf.crm),
  }
  return ({ id, channel, source, type, at, person, identifiers, properties }) => ({
    topic: topicOf[channel],
    partition: person % sourcePartitions,
    value: encode[channel]({
      event_id: id,
      source,
      type,
      occurred_at: at,
      identifiers: identifiers.map(([name, value]) => ({ type: name, value })),
      properties,
    }),
  })
}

/** Names of the sources in pipeline.yaml. */
const configuredSource = { web: 'shop_web', email: 'shop_mail', crm: 'shop_crm' } as const

/** What is true of an event, for the oracle. */
export const ledgerEntry = (event: RaceEvent, firstPerson: number): LedgerEntry => ({
  id: event.id,
  source: event.source,
  configuredSource: configuredSource[event.channel],
  channel: event.channel,
  type: event.type,
  at: event.at,
  person: firstPerson + event.person,
  identifiers: event.identifiers,
  sharedDevice: false,
  machine: false,
  properties: event.properties,
  traits: {},
  consent: {},
  fate: 'applied',
  reason: null,
})
