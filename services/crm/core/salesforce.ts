import {
  type Copier,
  type Fields,
  idText,
  isRejection,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { drop, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { JsonObject, JsonValue } from '#runtime/event/event.ts'
import {
  type Change,
  changeOf,
  isControl,
  looksLikeChange,
  splitRecord,
} from './salesforce-change.ts'
import { readAnswers } from './salesforce-consent.ts'
import { isWholeEntity } from './salesforce-id.ts'
import { keptFields, traitsOf } from './salesforce-fields.ts'
import { isPerson, readIdentifiers } from './salesforce-person.ts'
import { isDocumented, salesforceTypes, typeOf } from './salesforce-types.ts'

/** Salesforce's fields that have a name of ours. */
const renamed: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  Opportunity: [
    ['StageName', 'stage'],
    ['Amount', 'amount'],
    ['CurrencyIsoCode', 'currency'],
  ],
  Case: [['Status', 'status']],
  Order: [
    ['Status', 'status'],
    ['TotalAmount', 'total'],
    ['CurrencyIsoCode', 'currency'],
  ],
  CampaignMember: [
    ['CampaignId', 'campaign'],
    ['Status', 'status'],
  ],
  Individual: [['ShouldForget', 'should_forget']],
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Whether the change is of more records of an object than it names. Such an event is nobody's, and yet kept: a drop would leave a count
 * behind, but not from when on which object has to be read anew.
 */
const isWhole = ({ changeType, record }: Change): boolean =>
  changeType === 'GAP_OVERFLOW' || (record !== undefined && isWholeEntity(record))

/** A person's fields are traits; those of anything else are what its event says. */
function readFields(
  change: Change,
  kept: Fields,
  copier: Copier,
  out: Record<string, JsonValue>,
): void {
  const { entity, fields } = change
  const copied = isPerson(change) ? undefined : copier.copy(kept)
  if (isObject(copied)) Object.assign(out, copied)
  for (const [name, ours] of Object.hasOwn(renamed, entity) ? (renamed[entity] ?? []) : []) {
    const value = copier.copy(own(fields, name))
    if (value !== undefined) out[ours] = value
  }
  if (entity === 'Order' && change.record !== undefined) out['order_id'] = change.record
}

/** @param kept The fields that may be kept; null: it speaks of none. */
function readProperties(
  change: Change,
  kept: Fields | null,
  copier: Copier,
): Record<string, JsonValue> {
  const { entity, changeType, header, record } = change
  const out: Record<string, JsonValue> = { entity, change_type: changeType }
  if (isWhole(change)) out['whole_entity'] = true
  else if (record !== undefined) out['record_id'] = record
  const origin = ownText(header, 'changeOrigin')
  if (origin !== undefined) out['change_origin'] = copier.copy(origin) ?? null
  if (change.changed !== null) out['changed_fields'] = copier.copy(change.changed) ?? null
  if (changeType.startsWith('GAP_')) out['gap'] = true
  if (kept !== null) readFields(change, kept, copier, out)
  return out
}

/**
 * Transaction, place in it and record; the object and the kind of change too, since gap events all have place 1, and overflows no record.
 * An event that is read again has all of these again.
 */
function changeId(change: Change): string | null | Rejection {
  const transaction = ownText(change.header, 'transactionKey')
  const sequence = idText(own(change.header, 'sequenceNumber'), 'sequenceNumber')
  if (isRejection(sequence)) return sequence
  if (transaction === undefined) return null
  const id = `${transaction}/${sequence ?? ''}/${change.name}/${change.record ?? ''}`
  return change.joined.length === 0 ? id : `${id}/joined`
}

/**
 * Salesforce's Change Data Capture: as the Streaming API sends it over CometD, or the payload alone, as clients of the Pub/Sub API and
 * connectors of Kafka write it.
 */
export const salesforce: Vendor = {
  name: 'salesforce',
  catalogue: {
    documentation:
      'https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm',
    types: salesforceTypes,
    nameOf: (item: Fields) => ownText(item, 'name'),
  },
  detects: (item) => looksLikeChange(item) || isControl(item),
  split: splitRecord,
  draft(item, context) {
    if (own(item, 'control') === true) return drop('control', 'a message of the connection itself')
    const change = changeOf(item)
    if (change === undefined) return reject('missing_field', missingIn(item))
    const whole = isWhole(change)
    if (!whole && change.record === undefined) return reject('missing_field', 'recordIds')
    const committed = own(change.header, 'commitTimestamp')
    const occurredAt = readTime(
      committed,
      { format: isIso(committed) ? 'iso' : 'milliseconds', zone: 'utc' },
      'commitTimestamp',
    )
    if (isRejection(occurredAt)) return occurredAt
    const eventId = changeId(change)
    if (isRejection(eventId)) return eventId
    const types = context.identifierTypes
    const identifiers = whole ? [] : readIdentifiers(change, types)
    if (isRejection(identifiers)) return identifiers
    const speaks = !whole && change.joined.length === 0
    const kept = speaks ? keptFields(change.fields, types, context.copier()) : null
    const copier = context.copier()
    const properties = readProperties(change, kept, copier)
    if (copier.failure) return copier.failure
    const consent = speaks ? readAnswers(change, context.source.consentPurposes) : {}
    return {
      eventId,
      source: null,
      type: whole
        ? `custom:${change.name.slice(0, 128)}`
        : typeOf(change, Object.keys(consent).length > 0),
      occurredAt,
      identifiers,
      traits: kept !== null && isPerson(change) ? traitsOf(kept) : {},
      traitKind: null,
      consent,
      machine: null,
      properties,
      unknownType: isDocumented(change.name) ? null : change.name,
    }
  },
}

/** Salesforce writes milliseconds; a connector may have made a timestamp of them. */
const isIso = (value: unknown): boolean => typeof value === 'string' && value.includes('-')

function missingIn(item: Fields): string {
  const header = own(item, 'header')
  return header === undefined ? 'ChangeEventHeader' : 'entityName or changeType'
}
