import { readConsent } from '#runtime/channel/core/consent.ts'
import {
  asList,
  type Fields,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { Call } from './calls/call.ts'
import { type Answers, answer, noAnswers } from './calls/consent.ts'
import type { Consent } from './calls/draft-call.ts'
import { addIdentifier, type IdentifierList } from './calls/identifiers.ts'
import type { TrackMeaning } from './calls/track-names.ts'

type Purposes = Readonly<Record<string, string>>

const subscriptionStates: Readonly<Record<string, ConsentState>> = {
  SUBSCRIBED: 'granted',
  UNSUBSCRIBED: 'denied',
}

/** Channel of a subscription → its purpose, and what the key is that is subscribed. */
const subscriptionChannels: Readonly<Record<string, readonly [purpose: string, type: string]>> = {
  email: ['email_marketing', 'email'],
  sms: ['sms_marketing', 'phone'],
  whatsapp: ['whatsapp_marketing', 'phone'],
}

const channelOf = (subscription: Fields): readonly [string, string] | undefined => {
  const written = ownText(subscription, 'type')?.toLowerCase() ?? ''
  return Object.hasOwn(subscriptionChannels, written) ? subscriptionChannels[written] : undefined
}

/** A person has a few channels, each with a few groups; more is an export gone wrong. */
const listMax = 100

const subscriptionsOf = (context: Fields | undefined): readonly Fields[] => {
  const list = context && asList(own(context, 'messaging_subscriptions'))
  return list ? list.slice(0, listMax).filter(isFields) : []
}

/** The addresses and numbers that a person is subscribed with. https://segment.com/docs/engage/user-subscriptions/set-user-subscriptions/ */
export function addSubscribed(list: IdentifierList, { context }: Call): void {
  for (const subscription of subscriptionsOf(context)) {
    const channel = channelOf(subscription)
    if (channel) addIdentifier(list, channel[1], own(subscription, 'key'))
  }
}

/** `DID_NOT_SUBSCRIBE` is no answer. */
function stateOf(subscription: Fields): ConsentState | undefined {
  const status = ownText(subscription, 'status') ?? ''
  return Object.hasOwn(subscriptionStates, status) ? subscriptionStates[status] : undefined
}

function answerSubscriptions(out: Answers, context: Fields, purposes: Purposes): void {
  for (const subscription of subscriptionsOf(context)) {
    const channel = channelOf(subscription)
    const state = stateOf(subscription)
    if (channel && state) answer(out, channel[0], state, purposes)
    for (const group of asList(own(subscription, 'groups'))?.slice(0, listMax) ?? []) {
      const name = isFields(group) ? ownText(group, 'name') : undefined
      const ofGroup = isFields(group) ? stateOf(group) : undefined
      if (name !== undefined && ofGroup) answer(out, `group:${name}`, ofGroup, purposes)
    }
  }
}

/** `context.consent.categoryPreferences`: category → whether it was accepted. */
function answerCategories(out: Answers, preferences: Fields, purposes: Purposes): void {
  for (const category of Object.keys(preferences)) {
    const state = readConsent(preferences[category])
    if (state !== undefined) answer(out, category, state, purposes)
  }
}

/** Which list or group a message's event is about; else all mail. */
function listOf(properties: Fields | undefined): string {
  for (const [field, prefix] of [
    ['list_id', 'list'],
    ['group_id', 'group'],
    ['group_name', 'group'],
  ] as const) {
    const value = properties && own(properties, field)
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      return `${prefix}:${value}`
  }
  return 'email_marketing'
}

function answerMessage(out: Answers, call: Call, { type }: TrackMeaning, purposes: Purposes): void {
  if (type === 'email_complained') answer(out, 'email_marketing', 'denied', purposes)
  if (type === 'email_unsubscribed') answer(out, listOf(call.properties), 'denied', purposes)
  if (type === 'email_subscribed') answer(out, listOf(call.properties), 'granted', purposes)
}

const isAboutMail = ({ type }: TrackMeaning): boolean => type.startsWith('email_')

/** What a call says of consent: by the consent object, by subscriptions, and by what was done with a message. */
export function segmentConsent(call: Call, meaning: TrackMeaning, purposes: Purposes): Consent {
  const { context } = call
  const consent = context && ownFields(context, 'consent')
  const preferences = consent && ownFields(consent, 'categoryPreferences')
  const subscribes = context !== undefined && own(context, 'messaging_subscriptions') !== undefined
  if (!preferences && !subscribes && !isAboutMail(meaning)) return noAnswers
  const out: Answers = {}
  if (preferences) answerCategories(out, preferences, purposes)
  if (subscribes) answerSubscriptions(out, context, purposes)
  if (isAboutMail(meaning)) answerMessage(out, call, meaning, purposes)
  return out
}
