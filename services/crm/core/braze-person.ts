import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  asList,
  idText,
  isFields,
  isRejection,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { ConsentState } from '#runtime/event/event.ts'

/** A field of Braze → the identifier type. Numbers that a message came from are the company's own. */
type Naming = readonly (readonly [field: string, type: string])[]

const eventNaming: Naming = [
  ['external_user_id', 'user_id'],
  ['email_address', 'email'],
  ['phone_number', 'phone'],
  ['to_phone_number', 'phone'],
  ['user_phone_number', 'phone'],
]
const profileNaming: Naming = [
  ['external_id', 'user_id'],
  ['email', 'email'],
  ['phone', 'phone'],
]

/** Braze's own ids, which nobody else knows, count when the identity policy has a type of the name. */
const ownIds: Naming = [
  ['user_id', 'braze_id'],
  ['device_id', 'device_id'],
]
const ownProfileIds: Naming = [['braze_id', 'braze_id']]

function readNamed(
  fields: Fields,
  naming: Naming,
  types: ReadonlySet<string> | null,
  out: RawIdentifier[],
): Rejection | null {
  for (const [field, type] of naming) {
    if (types !== null && !types.has(type)) continue
    const value = idText(own(fields, field), field)
    if (isRejection(value)) return value
    if (value !== undefined) out.push({ type, value })
  }
  return null
}

/** The address or number on a channel, where nothing else names it. */
function channelIdentifier(fields: Fields): RawIdentifier | undefined {
  const value = ownText(fields, 'channel_identifier')
  if (value === undefined) return undefined
  if (value.includes('@')) return { type: 'email', value }
  return value.startsWith('+') ? { type: 'phone', value } : undefined
}

/** Custom attributes that the identity policy has a type for (`loyalty_card`, say). */
function readAttributes(
  attributes: Fields | undefined,
  types: ReadonlySet<string>,
  out: RawIdentifier[],
): Rejection | null {
  if (attributes === undefined) return null
  for (const type of types) {
    const value = idText(own(attributes, type), type)
    if (isRejection(value)) return value
    if (value !== undefined) out.push({ type, value })
  }
  return null
}

/**
 * The person of an event. `external_user_id` is the company's own id, so a `user_id`; `user_id` is Braze's. Of a merge, the profile
 * that stays stands first.
 */
export function eventPerson(
  fields: Fields,
  attributes: Fields | undefined,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const failure =
    readNamed(fields, [['orphaned_by_id', 'braze_id']], types, out) ??
    readNamed(fields, eventNaming, null, out) ??
    readNamed(fields, ownIds, types, out) ??
    readAttributes(attributes, types, out)
  if (failure) return failure
  const channel = channelIdentifier(fields)
  if (channel !== undefined && !out.some(({ type }) => type === channel.type)) out.push(channel)
  return out
}

/** The person of an exported profile. An alias whose label is a type of the policy is an identifier of it. */
export function profilePerson(
  profile: Fields,
  attributes: Fields | undefined,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const failure =
    readNamed(profile, profileNaming, null, out) ??
    readNamed(profile, ownProfileIds, types, out) ??
    readAttributes(attributes, types, out)
  if (failure) return failure
  for (const alias of (asList(own(profile, 'user_aliases')) ?? []).filter(isFields)) {
    const label = ownText(alias, 'alias_label')
    const value = ownText(alias, 'alias_name')
    if (label !== undefined && value !== undefined && types.has(label))
      out.push({ type: label, value })
  }
  return out
}

/** The purpose of all messages of a channel; of these, only e-mail has one of ours. */
const channelCategory = (channel: string): string =>
  channel === 'email' ? 'email_marketing' : `channel:${channel}`

/** How a state is written: in events `Opted In`, in profiles `opted_in`. */
const foldState = (state: string): string => state.toLowerCase().replaceAll(/[ _-]/g, '')

const changedTo: ReadonlyMap<string, ConsentState> = new Map([
  ['subscribed', 'granted'],
  ['optedin', 'granted'],
  ['unsubscribed', 'denied'],
])

/** A change of the state of a channel, or of one subscription group: whoever changes to `Subscribed` was not before. */
export function changedConsent(
  fields: Fields,
  isGroup: boolean,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const state = changedTo.get(foldState(ownText(fields, 'subscription_status') ?? ''))
  if (state === undefined) return {}
  const group = ownText(fields, 'subscription_group_id')
  const category = isGroup
    ? group && `group:${group}`
    : channelCategory(ownText(fields, 'channel') ?? 'email')
  return category === undefined || category === '' ? {} : { [purposeOf(category, purposes)]: state }
}

/** What a profile says of each channel. `subscribed` is where everybody begins: no answer. */
const profileStates: ReadonlyMap<string, ConsentState> = new Map([
  ['optedin', 'granted'],
  ['unsubscribed', 'denied'],
])

export function profileConsent(
  profile: Fields,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const out: Record<string, ConsentState> = {}
  for (const channel of ['email', 'push']) {
    const state = profileStates.get(foldState(ownText(profile, `${channel}_subscribe`) ?? ''))
    if (state !== undefined) out[purposeOf(channelCategory(channel), purposes)] = state
  }
  return out
}
