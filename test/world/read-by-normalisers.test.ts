import { expect, it } from 'vitest'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import type { LedgerEntry, WorldRecord } from './ledger.ts'
import { envelopeAsJson, readAsChannels } from './read-as-channels.ts'
import { createWorld } from './world.ts'

// The demo says whether an event is missing; this says which field of which platform is read in another way than the world meant it.

const events = 12_000
const now = Date.UTC(2026, 10, 1)
const pseudonymiser = createPseudonymiser(new Uint8Array(32))
const readRecord = readAsChannels(shippedDefinition(), pseudonymiser, now)

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
  const fates = readRecord(record)
  if (typeof fates === 'string') return [fates]
  return fates.map((fate) => {
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
    encodeEnvelope: envelopeAsJson,
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
