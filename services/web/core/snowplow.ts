import {
  type Fields,
  idText,
  isRejection,
  listOrOne,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type EventDraft, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { readConsentEvent } from './snowplow/consent.ts'
import { type Enriched, readEnriched } from './snowplow/enriched.ts'
import { looksEnriched, readLines, whyBroken } from './snowplow/lines.ts'
import { readMachine } from './snowplow/machine.ts'
import { nameOfItem, snowplowName, snowplowTypes } from './snowplow/names.ts'
import { readPerson } from './snowplow/person.ts'
import { readProperties } from './snowplow/properties.ts'

const withoutOffset = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?$/

/** Snowplow's times are UTC, though those in lines of text do not say so. */
const readUtc = (value: unknown, name: string): EpochMs | Rejection =>
  readTime(
    typeof value === 'string' && withoutOffset.test(value) ? `${value}Z` : value,
    undefined,
    name,
  )

/**
 * The device's time, set right by Snowplow, or the exact time that the tracker was given; else when the collector received it.
 * https://docs.snowplow.io/docs/events/timestamps/
 */
function readOccurredAt(columns: Fields): EpochMs | Rejection {
  for (const name of ['derived_tstamp', 'true_tstamp', 'collector_tstamp']) {
    const value = own(columns, name)
    if (value !== undefined && value !== null && value !== '') return readUtc(value, name)
  }
  return reject('missing_field', 'collector_tstamp')
}

function draftEnriched(enriched: Enriched, context: DraftContext): EventDraft | Rejection {
  const { columns } = enriched
  const named = snowplowName(enriched)
  if (named === undefined) return reject('missing_field', 'event')
  const occurredAt = readOccurredAt(columns)
  if (isRejection(occurredAt)) return occurredAt
  const name = named.documented ? named.name : null
  const identifiers = readPerson(enriched, name, context.identifierTypes)
  if (isRejection(identifiers)) return identifiers
  // The tracker makes the id, so that a retry has it. Events that share one and differ in `event_fingerprint` (a hash of what the tracker
  // sent) are robots', or the same event altered on its way: the first counts, as in Snowplow's own models.
  const eventId = idText(own(columns, 'event_id'), 'event_id')
  if (isRejection(eventId)) return eventId
  const copier = context.copier()
  const read = eventId === undefined ? null : context.propertiesRead
  const properties = readProperties(enriched, name, read, copier)
  if (copier.failure) return copier.failure
  return {
    eventId: eventId ?? null,
    source: null,
    type: named.type,
    occurredAt,
    identifiers,
    traits: {},
    traitKind: null,
    consent: readConsentEvent(enriched, name, context.source.consentPurposes),
    machine: readMachine(enriched, context.botCheck),
    properties,
    unknownType: named.documented ? null : named.type.slice('custom:'.length),
  }
}

/**
 * Snowplow's enriched events: lines of tab-separated text as Enrich writes them, or the JSON that its Analytics SDKs make of these.
 * https://docs.snowplow.io/docs/fundamentals/canonical-event/
 */
export const snowplow: Vendor = {
  name: 'snowplow',
  catalogue: {
    documentation: 'https://docs.snowplow.io/docs/events/ootb-data/',
    types: snowplowTypes,
    nameOf: nameOfItem,
  },
  detects: (item) =>
    own(item, 'collector_tstamp') !== undefined &&
    (own(item, 'v_collector') !== undefined || ownText(item, 'event_vendor') !== undefined),
  detectsText: looksEnriched,
  split: (record) => (typeof record === 'string' ? readLines(record) : listOrOne(record)),
  draft(item, context) {
    const broken = whyBroken(item)
    if (broken) return broken
    const enriched = readEnriched(item)
    return 'reject' in enriched ? enriched : draftEnriched(enriched, context)
  },
}
