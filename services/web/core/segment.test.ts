import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import type { CanonicalEvent } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { webVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/segment.json', import.meta.url))
const { received_at } = fixture

const tell = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at, record }, 'web', webVendors, 'segment')

const told = tell(fixture.record)
/** The calls that are there for what is odd about them; after them comes one for each documented name. */
const odd = told.slice(0, 27)

it('a batch without any call is told as a drop', () => {
  for (const record of [[], { batch: [] }])
    expect(tell(record)).toEqual(['drop no_events: the record holds no event'])
})

it('reads every kind of call, whatever the library', () => {
  expect(odd).toMatchInlineSnapshot(`
    [
      "identified | 2026-03-02T11:00:00.000Z | identify | user_id=97980cfea0067 email=peter@shop.test phone=+4930123456 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | trait name=Peter Gibbons | trait plan=premium | trait logins=5 | trait address.city=Berlin | trait address.street=Am Markt 1 | {}",
      "order_completed | 2026-03-02T11:30:00.000Z | order | user_id=97980cfea0067 email=peter@shop.test | Advertising granted | Analytics denied | {"order_id":"50314b8e9bcf000000000000","total":27.5,"currency":"USD","products":[{"product_id":"507f1f77bcf86cd799439011","price":19,"quantity":1}],"url":"https://shop.example/checkout","path":"/checkout","campaign":{"name":"spring","source":"newsletter"},"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15"}",
      "custom:Report Submitted | 2026-03-02T10:08:31.905Z | 022bb90c-bbac-11e4-8dfc-aa07a5b093db | user_id=97980cfea0067 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"url":"https://shop.example/academy/","path":"/academy/","referrer":"","search":"","title":"Analytics Academy","campaign":{"name":"TPS Innovation Newsletter","source":"Newsletter","medium":"email","term":"tps reports","content":"image link"},"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36","active":true,"app":{"name":"InitechGlobal","version":"545","build":"3.0.1.545","namespace":"com.production.segment"},"channel":"browser","device":{"id":"B5372DB0-C21E-11E4-8DFC-AA07A5B093DB","advertisingId":"7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB","adTrackingEnabled":true,"manufacturer":"Apple","model":"iPhone7,2","name":"maguro","type":"ios","token":"ff15bc0c20c4aa6cd50854ff165fd265c838e5405bfeb9571066395b8c9da449"},"group_id":"12345","ip":"192.0.2.8","library":{"name":"analytics.js","version":"2.11.1"},"locale":"en-US","network":{"bluetooth":false,"carrier":"T-Mobile US","cellular":true,"wifi":false},"os":{"name":"iPhone OS","version":"8.1.3"},"referred_by":{"id":"ABCD582CDEFFFF01919","type":"dataxu"},"screen":{"width":320,"height":568,"density":2},"timezone":"Europe/Amsterdam","user_agent_data":{"brands":[{"brand":"Google Chrome","version":"113"},{"brand":"Chromium","version":"113"}],"mobile":false,"platform":"macOS"}}",
      "product_viewed | 2026-03-02T11:59:00.000Z | slow-clock | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"product_id":"p1"}",
      "checkout_started | 2026-03-02T11:29:00.000Z | received | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "cart_viewed | 2026-03-02T11:59:00.000Z | fast-clock | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "searched | 2026-03-02T11:00:00.000Z | words-turned | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"query":"shoes"}",
      "custom:Wheel Spun | 2026-03-02T11:00:00.000Z | made-up | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "page_viewed | 2026-03-02T11:00:00.000Z | page | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | machine bot_user_agent | {"title":"Welcome","url":"https://shop.example/","name":"Home","category":"Docs","user_agent":"Mozilla/5.0 (compatible; Googlebot/2.1; +https://shop.example/bot.html)"}",
      "screen_viewed | 2026-03-02T11:00:00.000Z | screen | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"name":"Cart"}",
      "grouped | 2026-03-02T11:00:00.000Z | group | user_id=97980cfea0067 | {"group_id":"0e8c78ea9d97a7b8185e8632","group":{"name":"Initech","email":"office@shop.test"}}",
      "aliased | 2026-03-02T11:00:00.000Z | alias | user_id=97980cfea0067 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "aliased | 2026-03-02T11:00:00.000Z | alias-of-users | user_id=97980cfea0067 user_id=old-login | {}",
      "custom:Subscription Upgraded | 2026-03-02T11:00:00.000Z | external | user_id=use_123 phone=+4930123456 loyalty_card=card-7 | {"plan":"Pro","mrr":99.99}",
      "identified | 2026-03-02T11:00:00.000Z | subscriptions | user_id=12aBCDeFg4hIjKlM5OPq67RS8Tu email=peter@shop.test phone=+4930123456 | sms_marketing granted | email_marketing denied | group:newsletter granted | {}",
      "custom:Report Submitted | 2026-03-02T11:00:00.000Z | webhook-of-2014 | user_id=019mr8mf4r anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | machine bot_user_agent | {"user_agent":"curl/7.1"}",
      "aliased | 2026-03-02T11:00:00.000Z | alias-of-2014 | user_id=new-login user_id=old-login | {}",
      "custom:Item Purchased | 2026-03-02T10:30:12.984Z | content:bDXBDzM2WkiIsK-r_xmsgiLrHV4A9vEYf9mj1lhph3c | user_id=019mr8mf4r | {"name":"Leap to Conclusions Mat","revenue":14.99,"ip":"192.0.2.7"}",
      "dead_letter missing_field: type",
      "page_viewed | 2026-03-02T11:00:00.000Z | junk | user_id=undefined [builtin:undefined] anonymous_id=00000000-0000-0000-0000-000000000000 [builtin:00000000-0000-0000-0000-000000000000] | {}",
      "custom:sing | 2026-03-02T11:00:00.000Z | no-such-call | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "dead_letter future_event_time: more than 300 s after the record came",
      "dead_letter invalid_time: timestamp is no time of the format iso",
      "page_viewed | 2026-03-02T11:00:00.000Z | zoneless | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "dead_letter unsafe_number: user_id is a number beyond 2^53 and has lost digits: send it as a string",
      "dead_letter missing_field: event",
      "dead_letter missing_field: event",
    ]
  `)
})

it('reads what is said of messages as the e-mail channel does', () => {
  expect(
    told.slice(27).filter((line) => /^(?:email_|consent_changed)/.test(line)),
  ).toMatchInlineSnapshot(`
    [
      "email_bounced | 2026-03-02T10:01:21.000Z | m-081 | user_id=019mr8mf4r email=pgibbons@shop.test | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","bounce_class":"hard","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_delivered | 2026-03-02T10:01:22.000Z | m-082 | user_id=019mr8mf4r email=pgibbons@shop.test | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_clicked | 2026-03-02T10:01:23.000Z | m-083 | user_id=019mr8mf4r email=joanna@shop.test | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","link_id":"101","link_url":"https://shop.example?promo=NEWCUSTOMER","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","url":"https://shop.example?promo=NEWCUSTOMER","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_complained | 2026-03-02T10:01:24.000Z | m-084 | user_id=019mr8mf4r email=mwaddams@shop.test | email_marketing denied | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_opened | 2026-03-02T10:01:25.000Z | m-085 | user_id=019mr8mf4r email=pgibbons@shop.test | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_unsubscribed | 2026-03-02T10:01:26.000Z | m-086 | user_id=019mr8mf4r email=pgibbons@shop.test | list:1425 denied | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","list_id":"1425","list_name":"New customers","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.118 Safari/537.36","ip":"67.207.109.102"}",
      "email_sent | 2026-03-02T10:01:41.000Z | m-101 | user_id=019mr8mf4r email=peter@shop.test anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_deferred | 2026-03-02T10:01:42.000Z | m-102 | user_id=019mr8mf4r email=peter@shop.test | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_rejected | 2026-03-02T10:01:43.000Z | m-103 | email=peter@shop.test anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","reason":"Unsubscribed Address","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_opened | 2026-03-02T10:01:44.000Z | m-104 | user_id=019mr8mf4r email=peter@shop.test anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | machine machine_open | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount","user_agent":"Mozilla/5.0"}",
      "email_unsubscribed | 2026-03-02T10:01:45.000Z | m-105 | user_id=019mr8mf4r email=peter@shop.test | email_marketing denied | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_unsubscribed | 2026-03-02T10:01:46.000Z | m-106 | email=peter@shop.test anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | group:10 denied | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","group_id":"10","group_name":"newsletter","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_subscribed | 2026-03-02T10:01:47.000Z | m-107 | user_id=019mr8mf4r email=peter@shop.test anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | email_marketing granted | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "email_subscribed | 2026-03-02T10:01:48.000Z | m-108 | user_id=019mr8mf4r email=peter@shop.test | group:newsletter granted | {"email_id":"18vzF7u3z","email_subject":"First shirt on us!","campaign_id":"123","campaign_name":"New Customer Discount","group_name":"newsletter","message_id":"18vzF7u3z","subject":"First shirt on us!","campaign":"New Customer Discount"}",
      "consent_changed | 2026-03-02T10:01:49.000Z | m-109 | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 email=peter@shop.test phone=+4930123456 | email_marketing denied | sms_marketing granted | {}",
      "consent_changed | 2026-03-02T10:01:50.000Z | m-110 | user_id=019mr8mf4r anonymous_id=507f191e-810c-4197-29de-860ea1b20001 email=peter@shop.test | email_marketing granted | group:newsletter granted | group:marketing updates denied | {}",
      "consent_changed | 2026-03-02T10:02:11.000Z | m-131 | user_id=u123 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | Advertising granted | Analytics denied | Functional granted | DataSharing denied | {}",
    ]
  `)
})

const call = { type: 'page', messageId: 'm', anonymousId: 'a', timestamp: '2026-03-02T11:00:00Z' }

describe('a batch', () => {
  it('lends its context and its times to calls that say nothing themselves', () => {
    const first = { ...call, timestamp: null, originalTimestamp: '2026-03-02T11:58:58Z' }
    const second = { ...call, messageId: 'n', context: { ip: '192.0.2.2' } }
    expect(
      tell({
        batch: [first, second, 'no call'],
        sentAt: '2026-03-02T11:59:58Z',
        context: { ip: '192.0.2.1', locale: 'de-DE' },
        writeKey: 'w',
      }),
    ).toEqual([
      'page_viewed | 2026-03-02T11:59:00.000Z | m | anonymous_id=a | {"ip":"192.0.2.1","locale":"de-DE"}',
      'page_viewed | 2026-03-02T11:00:00.000Z | n | anonymous_id=a | {"ip":"192.0.2.2","locale":"de-DE"}',
      'dead_letter unexpected_shape: no object',
    ])
  })
  it('is known by its shape', () => {
    expect(detectVendor({ batch: [call] }, webVendors)?.name).toBe('segment')
  })
})

it('is taken apart in a list of batches too, and stands beside calls by themselves', () => {
  const batch = { batch: [call, { ...call, messageId: 'n' }] }
  expect(tell([batch, { ...call, messageId: 'o' }]).map((line) => line.split(' | ')[2])).toEqual([
    'm',
    'n',
    'o',
  ])
})

const sent = (originalTimestamp: string, sentAt: string): string | undefined =>
  tell({ ...call, timestamp: undefined, originalTimestamp, sentAt })[0]?.split(' | ')[1]

describe('a call that no server has seen', () => {
  it('has its clock set right by how long it took to be sent', () => {
    expect(sent('2026-03-02T07:58:58Z', '2026-03-02T07:59:58Z')).toBe('2026-03-02T11:59:00.000Z')
    expect(sent('1970-01-01T00:01:00Z', '1970-01-01T00:02:00Z')).toBe('2026-03-02T11:59:00.000Z')
  })
  it('keeps its times when it was sent long ago, and not by a clock that is behind', () => {
    expect(sent('2025-06-01T10:00:00Z', '2025-06-01T10:01:00Z')).toBe('2025-06-01T10:00:00.000Z')
  })
})

it('is known by its shape though no library and no server has been at it', () => {
  for (const bare of [
    { type: 'track', event: 'Registered', userId: 'u-1' },
    { type: 'identify', userId: 'u-1', traits: { plan: 'pro' } },
    { event: 'Registered', userId: 'u-1' },
  ])
    expect(detectVendor(bare, webVendors)?.name).toBe('segment')
})

describe('the ids of a device', () => {
  const device = { id: 'd-1', advertisingId: 'ad-1', token: 't-1', type: 'iOS' }
  it('are identifiers where the identity policy asks for them', () => {
    expect(identifiersOf(device)).toEqual([
      'anonymous_id=a',
      'ios_id=d-1',
      'ios_idfa=ad-1',
      'advertising_id=ad-1',
    ])
  })
  it('do not speak for somebody who has forbidden tracking by advertisers', () => {
    expect(identifiersOf({ ...device, adTrackingEnabled: false })).toEqual([
      'anonymous_id=a',
      'ios_id=d-1',
    ])
  })
})

describe('a pipeline file that reads few properties', () => {
  const context = { ip: '192.0.2.1', locale: 'de-DE', page: { url: 'u', path: 'p' } }

  it('is spared the context that it does not read, never the properties of the call', () => {
    const item = { ...call, properties: { plan: 'pro' }, context }
    expect(read(item, ['anonymous_id'], ['locale', 'path']).properties).toEqual({
      plan: 'pro',
      path: 'p',
      locale: 'de-DE',
    })
  })
  it('does not change which event one without an id is', () => {
    const item = { ...call, messageId: null, context }
    expect(read(item, ['anonymous_id'], ['locale']).eventId).toBe(
      read(item, ['anonymous_id'], ['ip']).eventId,
    )
  })
})

const identifiersOf = (device: object): readonly string[] =>
  read({ ...call, context: { device } }, [
    'anonymous_id',
    'ios_id',
    'ios_idfa',
    'advertising_id',
  ]).identifiers.map(({ type, value }) => `${type}=${value}`)

function read(
  item: unknown,
  priority: readonly string[],
  propertiesRead?: readonly string[],
): CanonicalEvent {
  const normaliser = createNormaliser({
    vendors: webVendors,
    definition: { identity: identitySchema.parse({ priority }) },
    ...(propertiesRead && { propertiesRead: new Set(propertiesRead) }),
  })
  const source = plainSource('web', 'segment')
  const [outcome] = normaliser.normalise(item, source, epochMs(Date.parse(received_at)))
  if (outcome?.outcome !== 'ok') throw new Error(JSON.stringify(outcome))
  return outcome.event
}

vendorSuite({ fixture, channel: 'web', vendors: webVendors, vendor: 'segment' })
