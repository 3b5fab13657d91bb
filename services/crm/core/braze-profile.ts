import { type Fields, isFields, isRejection, own, ownText } from '#runtime/channel/core/fields.ts'
import type { EventDraft, Rejection } from '#runtime/channel/core/outcome.ts'
import type { DraftContext } from '#runtime/channel/core/source.ts'
import { readTraits } from '#runtime/channel/core/traits.ts'
import type { JsonValue, Scalar } from '#runtime/event/event.ts'
import { customTextMax } from './braze-event.ts'
import { parseJsonText } from './json-text.ts'
import { profileConsent, profilePerson } from './braze-person.ts'

/** Fields of a profile that describe the person; what she did and received (`apps`, `campaigns_received` …) is Currents' matter. */
const described = [
  'created_at',
  'first_name',
  'last_name',
  'gender',
  'dob',
  'home_city',
  'country',
  'language',
  'time_zone',
  'timezone',
  'random_bucket',
  'random_bucket_number',
  'total_revenue',
  'attributed_campaign',
  'attributed_source',
  'attributed_adgroup',
  'attributed_ad',
  'uninstalled_at',
] as const

/** An object in exports, JSON as text in Currents' updates. */
export function customAttributes(fields: Fields): Fields | undefined {
  const value = own(fields, 'custom_attributes')
  const parsed = typeof value === 'string' ? parseJsonText(value, customTextMax) : value
  return isFields(parsed) ? parsed : undefined
}

/** The company's own attributes under their names, and Braze's: of the same name, Braze's. */
export function profileTraits(
  fields: Fields,
  attributes: Fields | undefined,
  types: ReadonlySet<string>,
): Readonly<Record<string, Scalar>> {
  const out = attributes === undefined ? {} : readTraits(attributes, types)
  for (const name of described) {
    const value = own(fields, name)
    if (value !== '' && (typeof value === 'string' || typeof value === 'number')) out[name] = value
  }
  return out
}

const subscriptionTimes = [
  'email_opted_in_at',
  'email_unsubscribed_at',
  'push_opted_in_at',
  'push_unsubscribed_at',
] as const

/**
 * A profile as Braze's export endpoints give it. It says how the person is at the moment, and no time: it holds when it is received, and
 * is known by its content, so that an export that brings nothing new says nothing twice.
 * https://www.braze.com/docs/api/endpoints/export/user_data/post_users_identifier/
 */
export function draftProfile(profile: Fields, context: DraftContext): EventDraft | Rejection {
  const attributes = customAttributes(profile)
  const types = context.identifierTypes
  const identifiers = profilePerson(profile, attributes, types)
  if (isRejection(identifiers)) return identifiers
  const copier = context.copier()
  const properties: Record<string, JsonValue> = {}
  for (const name of subscriptionTimes) {
    const value = copier.copy(ownText(profile, name))
    if (value !== undefined) properties[name] = value
  }
  if (copier.failure) return copier.failure
  return {
    eventId: null,
    source: null,
    type: 'contact_updated',
    occurredAt: null,
    identifiers,
    traits: profileTraits(profile, attributes, types),
    traitKind: null,
    consent: profileConsent(profile, context.source.consentPurposes),
    machine: null,
    properties,
    unknownType: null,
  }
}
