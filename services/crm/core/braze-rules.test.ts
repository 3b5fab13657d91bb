import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { crmVendors } from './vendors.ts'

const receivedAt = epochMs(Date.parse('2026-03-02T12:00:00Z'))
const plain = plainSource('crm', 'braze')
const priority = ['user_id', 'braze_id', 'loyalty_card', 'email', 'phone', 'device_id']

function readAll(record: unknown, types = priority, source = plain) {
  return createNormaliser({
    vendors: crmVendors,
    definition: { identity: identitySchema.parse({ priority: types }) },
  })
    .normalise(record, source, receivedAt)
    .map((outcome) => {
      if (outcome.outcome !== 'ok') throw new Error(JSON.stringify(outcome))
      return outcome.event
    })
}

function read(record: unknown, types = priority, source = plain) {
  const [event] = readAll(record, types, source)
  if (event === undefined) throw new Error('no event')
  return event
}

const namesOf = (event: ReturnType<typeof read>): readonly string[] =>
  event.identifiers.map(({ type, value }) => `${type}=${value}`)

const user = { user_id: 'b-1', external_user_id: 'u-1', device_id: 'd-1' }
const posted = (type: string, properties: object) => ({
  event_type: `users.${type}`,
  id: 'e-1',
  time: 1_772_445_600,
  user,
  properties,
})

describe('the two forms of Currents', () => {
  it('say the same: a request of the HTTP connector, and a record of an Avro file with its branches and its type', () => {
    const mail = {
      email_address: 'anna@shop.test',
      campaign_name: 'Spring sale',
      machine_open: 'true',
    }
    const http = { events: [posted('messages.email.Open', mail)] }
    const avro = {
      event_type: 'users.messages.email.Open',
      id: 'e-1',
      time: 1_772_445_600,
      user_id: 'b-1',
      external_user_id: { string: 'u-1' },
      device_id: { string: 'd-1' },
      email_address: 'anna@shop.test',
      campaign_name: { string: 'Spring sale' },
      machine_open: { string: 'true' },
    }
    expect(read(avro)).toEqual(read(http))
    expect(detectVendor(http, crmVendors)?.name).toBe('braze')
    expect(detectVendor(avro, crmVendors)?.name).toBe('braze')
  })
  it('hold the properties of a custom event as an object, or as JSON in text', () => {
    const http = posted('behaviors.CustomEvent', {
      name: 'wished',
      custom_properties: { size: 42 },
    })
    const avro = { ...http, properties: '{"size": 42}', name: 'wished', user: undefined, ...user }
    for (const event of [read(http), read(avro)])
      expect(event).toMatchObject({ type: 'custom:wished', properties: { size: 42 } })
    expect(read({ ...avro, properties: '{"size": ' }).properties).not.toHaveProperty('size')
  })
})

describe('the person of an event', () => {
  it("is the company's id and the address; Braze's own ids where the policy has types for them", () => {
    const open = posted('messages.email.Open', { email_address: 'anna@shop.test' })
    expect(namesOf(read(open))).toEqual([
      'user_id=u-1',
      'email=anna@shop.test',
      'braze_id=b-1',
      'device_id=d-1',
    ])
    expect(namesOf(read(open, ['user_id', 'email']))).toEqual([
      'user_id=u-1',
      'email=anna@shop.test',
    ])
  })
  it('is the number that was written to, not the one it was written from', () => {
    const numbers = { to_phone_number: '+4915123456789', from_phone_number: '+4930123456' }
    expect(namesOf(read(posted('messages.sms.Delivery', numbers)))).toContain(
      'phone=+4915123456789',
    )
    expect(namesOf(read(posted('messages.sms.Delivery', numbers)))).not.toContain(
      'phone=+4930123456',
    )
  })
  it('of a merge is both profiles, the one that stays first', () => {
    const orphan = { event_type: 'users.UserOrphan', id: 'o', time: 1_772_445_600, ...user }
    const event = read({ ...orphan, orphaned_by_id: 'b-2' })
    expect(event.type).toBe('contact_merged')
    expect(namesOf(event)).toEqual(['braze_id=b-2', 'user_id=u-1', 'braze_id=b-1', 'device_id=d-1'])
  })
  it('is nowhere in the properties, nor are the tokens and the words by which she can be reached or known', () => {
    const properties = {
      ad_id: 'a',
      push_token: 't',
      message_body: 'Hi, it is Anna',
      user_phone_number: '+4915123456789',
      native_line_id: 'l',
      bsuid: 'b',
    }
    expect(read(posted('messages.whatsapp.InboundReceive', properties)).properties).toEqual({})
  })
})

describe('a purchase', () => {
  const purchase = { product_id: 'shoe-7', currency: 'EUR', purchase_properties: { size: 42 } }
  it('is an order of its price, as it was before Avro made a float of it', () => {
    for (const price of [19.9, Math.fround(19.9)])
      expect(read(posted('behaviors.Purchase', { ...purchase, price }))).toMatchObject({
        type: 'order_completed',
        properties: { total: 19.9, price: 19.9, currency: 'EUR', product_id: 'shoe-7', size: 42 },
      })
  })
})

const bounce = (type: string, properties: object) =>
  read(posted(`messages.email.${type}`, { email_address: 'a@shop.test', ...properties }))

describe('a bounce', () => {
  it('is for good or for now as Braze says, and a block when the reason is one', () => {
    expect(bounce('Bounce', { bounce_reason: 'no such user' }).properties).toMatchObject({
      bounce_class: 'hard',
    })
    expect(bounce('SoftBounce', { bounce_reason: '452 full' }).properties).toMatchObject({
      bounce_class: 'soft',
    })
    expect(bounce('SoftBounce', { bounce_reason: '554 5.7.1 no' }).properties).toMatchObject({
      bounce_class: 'block',
      reject_reason: 'blocked',
    })
  })
  it('that was a drop never went out', () => {
    expect(bounce('Bounce', { is_drop: true })).toMatchObject({
      type: 'email_rejected',
      properties: { reject_reason: 'bounced' },
    })
  })
})

const global = (subscription_status: string, channel?: string) =>
  read(posted('behaviors.subscription.GlobalStateChange', { subscription_status, channel })).consent

describe('consent', () => {
  it('follows the state of a channel', () => {
    expect(global('Opted In', 'email')).toEqual({ email_marketing: 'granted' })
    expect(global('Subscribed')).toEqual({ email_marketing: 'granted' })
    expect(global('Unsubscribed', 'email')).toEqual({ email_marketing: 'denied' })
    expect(global('Unsubscribed', 'push')).toEqual({ 'channel:push': 'denied' })
    expect(global('constructor')).toEqual({})
  })
  it('follows the state of a subscription group, by the purpose that the file has for it', () => {
    const change = posted('behaviors.subscriptiongroup.StateChange', {
      subscription_group_id: 'g-1',
      subscription_status: 'Unsubscribed',
    })
    expect(read(change).consent).toEqual({ 'group:g-1': 'denied' })
    const source = { ...plain, consentPurposes: { 'group:g-1': 'newsletter' } }
    expect(read(change, priority, source).consent).toEqual({ newsletter: 'denied' })
  })
})

const profile = {
  braze_id: 'b-1',
  external_id: 'u-1',
  email: 'anna@shop.test',
  first_name: 'Anna',
  email_subscribe: 'subscribed',
  user_aliases: [{ alias_label: 'loyalty_card', alias_name: 'L-7' }],
  custom_attributes: { plan: 'pro', first_name: 'A.' },
  apps: [{ name: 'Shop', last_used: '2026-03-02T09:00:00.000Z' }],
}
const consentOf = (email_subscribe: string) => read({ ...profile, email_subscribe }).consent

describe('an exported profile', () => {
  it('holds at the moment of its receipt, and is the same event when nothing has changed', () => {
    const [first, again, later] = [
      read(profile),
      read({ ...profile, apps: [] }),
      read({ ...profile, first_name: 'Hanna' }),
    ]
    expect(first.occurredAt).toBe(receivedAt)
    expect(again.eventId).toBe(first.eventId)
    expect(later.eventId).not.toBe(first.eventId)
  })
  it('names the person by ids and aliases; of two traits of one name, the one of Braze counts', () => {
    expect(namesOf(read(profile))).toEqual([
      'user_id=u-1',
      'email=anna@shop.test',
      'braze_id=b-1',
      'loyalty_card=L-7',
    ])
    expect(read(profile).traits).toEqual({ plan: 'pro', first_name: 'Anna' })
  })
  it('takes `subscribed`, where everybody begins, for no answer', () => {
    expect(consentOf('subscribed')).toEqual({})
    expect(consentOf('opted_in')).toEqual({ email_marketing: 'granted' })
    expect(consentOf('unsubscribed')).toEqual({ email_marketing: 'denied' })
  })
  it('comes in an answer with others', () => {
    expect(
      readAll({ message: 'success', users: [profile, { ...profile, braze_id: 'b-2' }] }),
    ).toHaveLength(2)
  })
})
