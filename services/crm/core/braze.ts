import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  idText,
  isFields,
  isRejection,
  listOrOne,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { type EventDraft, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, Scalar } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { type BrazeEvent, isProfile, itemsOf, readEvent } from './braze-event.ts'
import { changedConsent, eventPerson } from './braze-person.ts'
import { customAttributes, draftProfile, profileTraits } from './braze-profile.ts'
import { isDrop, readProperties } from './braze-properties.ts'
import { brazeType, brazeTypes, customEntry, customEvent, profileExport } from './braze-types.ts'

/** Braze counts in seconds; two kinds of event say the milliseconds too. */
function readBrazeTime(fields: Fields): EpochMs | Rejection {
  const ms = own(fields, 'time_ms')
  return ms === undefined || ms === null
    ? readTime(own(fields, 'time'), { format: 'seconds', zone: 'utc' }, 'time')
    : readTime(ms, { format: 'milliseconds', zone: 'utc' }, 'time_ms')
}

const isTrue = (value: unknown): boolean => value === true || value === 'true'

/** Braze's own word comes before the user agent's. */
function readMachine({ type, fields }: BrazeEvent, context: DraftContext): string | null {
  if (isTrue(own(fields, 'machine_open'))) return 'machine_open'
  if (isTrue(own(fields, 'is_suspected_bot_click'))) return 'machine_click'
  return type === 'users.messages.email.Open' || type === 'users.messages.email.Click'
    ? mailMachine(ownText(fields, 'user_agent'), context.botCheck)
    : null
}

function readConsent(
  { type, fields }: BrazeEvent,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  switch (type) {
    case 'users.messages.email.Unsubscribe':
    case 'users.messages.email.MarkAsSpam':
      return { [purposeOf('email_marketing', purposes)]: 'denied' }
    case 'users.behaviors.subscription.GlobalStateChange':
      return changedConsent(fields, false, purposes)
    case 'users.behaviors.subscriptiongroup.StateChange':
      return changedConsent(fields, true, purposes)
    default:
      return {}
  }
}

function readEventTraits(
  { type, fields }: BrazeEvent,
  attributes: Fields | undefined,
  types: ReadonlySet<string>,
): Readonly<Record<string, Scalar>> {
  switch (type) {
    case 'users.profile.Update':
      return profileTraits(fields, attributes, types)
    case 'users.RandomBucketNumberUpdate': {
      const bucket = own(fields, 'random_bucket_number')
      return typeof bucket === 'number' ? { random_bucket_number: bucket } : {}
    }
    default:
      return {}
  }
}

function draftEvent(event: BrazeEvent, context: DraftContext): EventDraft | Rejection {
  const { fields } = event
  const name = event.type === customEvent ? ownText(fields, 'name') : undefined
  if (event.type === customEvent && name === undefined) return reject('missing_field', 'name')
  const occurredAt = readBrazeTime(fields)
  if (isRejection(occurredAt)) return occurredAt
  const attributes = customAttributes(fields)
  const identifiers = eventPerson(fields, attributes, context.identifierTypes)
  if (isRejection(identifiers)) return identifiers
  const eventId = idText(own(fields, 'id'), 'id')
  if (isRejection(eventId)) return eventId
  const copier = context.copier()
  const properties = readProperties(event, copier)
  if (copier.failure) return copier.failure
  const { type, unknown } = brazeType(event.type, name)
  return {
    eventId: eventId ?? null,
    source: null,
    type: type === 'email_bounced' && isDrop(fields) ? 'email_rejected' : type,
    occurredAt,
    identifiers,
    traits: readEventTraits(event, attributes, context.identifierTypes),
    traitKind: null,
    consent: readConsent(event, context.source.consentPurposes),
    machine: readMachine(event, context),
    properties,
    unknownType: unknown,
  }
}

function nameOf(item: Fields): string | undefined {
  if (isProfile(item)) return profileExport
  const event = readEvent(item)
  const name = event?.type === customEvent ? ownText(event.fields, 'name') : undefined
  return name === undefined ? event?.type : customEntry(name)
}

const requestItems = (item: unknown): readonly unknown[] | undefined =>
  isFields(item) ? itemsOf(item) : undefined

const isCurrents = (item: Fields): boolean =>
  /^(?:users|agentconsole|contentoptimizer)\./.test(ownText(item, 'event_type') ?? '')

/**
 * Braze: Currents, as its HTTP connector posts it (`{"events": [{event_type, user, properties …}]}`) or as its Avro files hold it, with
 * the `event_type` of their path as a field; and profiles that its export endpoints give.
 * https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/
 */
export const braze: Vendor = {
  name: 'braze',
  catalogue: {
    documentation:
      'https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/',
    types: brazeTypes,
    nameOf,
  },
  detects(item) {
    const [first] = itemsOf(item) ?? [item]
    return isFields(first) && (isCurrents(first) || isProfile(first))
  },
  split(record) {
    const items = listOrOne(record)
    if (isRejection(items)) return items
    return items.some((item) => requestItems(item) !== undefined)
      ? items.flatMap((item) => requestItems(item) ?? [item])
      : items
  },
  draft(item, context) {
    if (isProfile(item)) return draftProfile(item, context)
    const event = readEvent(item)
    return event === undefined
      ? reject(
          'missing_field',
          'event_type: Avro files have it in their path, and whoever loads them must add it',
        )
      : draftEvent(event, context)
  },
}
