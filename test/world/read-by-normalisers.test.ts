import { expect, it } from 'vitest'
import { isRejection } from '#runtime/channel/core/fields.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { silentTally } from '#runtime/channel/core/outcome.ts'
import { decodeJsonOrText } from '#runtime/channel/shell/decode-text.ts'
import { type ChannelRules, createRules } from '#runtime/channel/shell/rules.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import type { LedgerEntry, WorldRecord } from './ledger.ts'
import { createWorld } from './world.ts'

// The demo says whether an event is missing; this says which field of which platform is read in another way than the world meant it.

const events = 12_000
const now = Date.UTC(2026, 10, 1)
const compiled = shippedDefinition()
const pseudonymiser = createPseudonymiser(new Uint8Array(32))

const rules = new Map<Channel, ChannelRules>(
  channels.map((channel) => [
    channel,
    createRules(compiled, {
      channel,
      vendors: channelVendors[channel],
      limits: defaultLimits,
      pseudonymiser,
      partitions: 4,
      suppressed: () => undefined,
      prefix: '',
      tally: silentTally,
    }),
  ]),
)

const usable = (ids: readonly { id: string; blocked: string | null }[]): string[] =>
  ids.filter(({ blocked }) => blocked === null).map(({ id }) => id)

/** What the ledger says of one event, in the words of the normaliser. */
const expected = (entry: LedgerEntry) => ({
  id: entry.id.includes('@') ? pseudonymiser.fragmentId('event_id', entry.id) : entry.id,
  source: entry.source,
  type: entry.type,
  at: new Date(entry.at).toISOString(),
  machine: entry.machine,
  identifiers: entry.identifiers
    .map(([type, value]): string => pseudonymiser.fragmentId(type, value))
    .toSorted(),
  consent: entry.consent,
})

function read(record: WorldRecord): unknown[] {
  const channel = channels.find((one) => record.topic.startsWith(`channel.${one}`))
  const ofChannel = channel && rules.get(channel)
  const source = ofChannel?.sourceOf(record.topic, record.headers['tributary-source'])
  if (ofChannel === undefined || source === undefined) return ['no source']
  // The envelope is Avro on the wire; here it is JSON.
  const decoded = decodeJsonOrText(record.value)
  if (isRejection(decoded)) return [decoded.reject]
  const shown = ofChannel.detected(source, decoded.value)
  if (shown === undefined) return ['nobody']
  return ofChannel.engine.process(decoded.value, shown.settings, epochMs(now), null).map((fate) => {
    if (fate.fate !== 'routed') return fate.reason
    const { event } = fate.routed
    return {
      id: event.eventId,
      source: event.source,
      type: event.type,
      at: new Date(event.occurredAt).toISOString(),
      machine: event.machine !== null,
      identifiers: usable(event.identifiers).toSorted(),
      consent: Object.fromEntries(
        Object.entries(event.consent).filter(([, state]) => state !== 'basis'),
      ),
    }
  })
}

it('every platform of the world is read as the world meant it', () => {
  const differences = new Map<string, unknown>()
  const seen = new Set<string>()
  const world = createWorld({
    seed: 3,
    events,
    people: 2000,
    now,
    days: 150,
    encodeEnvelope: (envelope) => Buffer.from(JSON.stringify(envelope)),
  })
  for (const record of world) {
    const got = read(record)
    const wanted = record.entries.map((entry) =>
      entry.fate === 'dead_letter' ? entry.reason : expected(entry),
    )
    for (const { source } of record.entries) seen.add(source)
    const key = record.entries[0]?.source ?? ''
    if (JSON.stringify(got) !== JSON.stringify(wanted) && !differences.has(key))
      differences.set(key, { record: Buffer.from(record.value).toString(), got, wanted })
  }
  expect(Object.fromEntries(differences)).toEqual({})
  expect([...seen].toSorted()).toEqual(
    [
      'app till',
      'sendgrid mailgun postmark ses mailjet brevo mandrill resend sparkpost',
      'segment rudderstack snowplow',
      'hubspot salesforce debezium customerio braze',
    ]
      .flatMap((names) => names.split(' '))
      .toSorted(),
  )
})
