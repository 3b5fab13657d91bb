import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { fuzzVendor } from '../../../test/support/channel/fuzz.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/mandrill.json', import.meta.url))

const describeRecord = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'mandrill')

const json = JSON.stringify(fixture.record)
const form = `mandrill_events=${encodeURIComponent(json).replaceAll('%20', '+')}`

it('reads every documented kind of payload', () => {
  expect(describeRecord(fixture.record)).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.000Z | send/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445600000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"sent","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"]}",
      "email_deferred | 2026-03-02T10:00:01.000Z | deferral/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445601000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"deferred","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","response":"451 4.3.5 Temporarily unavailable, try again later.","tags":["webhook-example"]}",
      "email_bounced | 2026-03-02T10:00:02.000Z | hard_bounce/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445602000 | email=bad@shop.test user_id=111 | {"user_id":111,"state":"bounced","sender":"news@shop.example","bounce_description":"bad_mailbox","bgtools_code":10,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"bad@shop.test","subject":"This an example webhook message","response":"smtp;550 5.1.1 The email account that you tried to reach does not exist.","tags":["webhook-example"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:03.000Z | hard-bounce/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445603000 | email=bad@shop.test user_id=111 | {"user_id":111,"state":"bounced","sender":"news@shop.example","bounce_description":"invalid_domain","bgtools_code":10,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"bad@shop.test","subject":"This an example webhook message","tags":["webhook-example"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:04.000Z | soft_bounce/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445604000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"soft-bounced","sender":"news@shop.example","bounce_description":"mailbox_full","bgtools_code":22,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","response":"smtp;552 5.2.2 Over Quota","tags":["webhook-example"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:05.000Z | soft-bounce/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445605000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"soft-bounced","sender":"news@shop.example","bounce_description":"spam","bgtools_code":52,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","response":"smtp;554 message looks like spam","tags":["webhook-example"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:06.000Z | soft_bounce/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445606000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"soft-bounced","sender":"news@shop.example","bounce_description":"general","bgtools_code":20,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","response":"smtp;550 5.7.1 not accepted here","tags":["webhook-example"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_delivered | 2026-03-02T10:00:07.000Z | delivered/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445607000 | email=anna@shop.test | {"state":"delivered","sender":"news@shop.example","template":"welcome","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":[]}",
      "email_opened | 2026-03-02T10:00:08.000Z | open/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445608000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"sent","sender":"news@shop.example","country":"US","region":"Oklahoma","city":"Oklahoma City","client_type":"Email Client","client_name":"Postbox","client_os":"OS X","mobile":false,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","user_agent":"Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; en-US; rv:1.9.1.8) Gecko/20100317 Postbox/1.1.3","ip":"192.0.2.3","tags":["webhook-example"]}",
      "email_opened | 2026-03-02T10:00:09.000Z | open/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445609000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"sent","sender":"news@shop.example","client_type":"Robot","client_name":"Google Image Proxy","client_os":"OS X","mobile":false,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","user_agent":"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)","ip":"192.0.2.3","tags":["webhook-example"]}",
      "email_opened | 2026-03-02T10:00:10.000Z | open/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445610000 | email=anna@shop.test user_id=111 | machine bot_user_agent | {"user_id":111,"state":"sent","sender":"news@shop.example","client_type":"Robot","client_name":"Example Scanner","client_os":"OS X","mobile":false,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","user_agent":"ExampleScanner/1.0","ip":"192.0.2.4","tags":["webhook-example"]}",
      "email_clicked | 2026-03-02T10:00:11.000Z | click/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445611000/39e3 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"sent","sender":"news@shop.example","country":"US","region":"Oklahoma","city":"Oklahoma City","client_type":"Email Client","client_name":"Postbox","client_os":"OS X","mobile":false,"message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; en-US; rv:1.9.1.8) Gecko/20100317 Postbox/1.1.3","ip":"192.0.2.3","tags":["webhook-example"]}",
      "email_complained | 2026-03-02T10:00:12.000Z | spam/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445612000 | email=anna@shop.test user_id=111 | email_marketing denied | {"user_id":111,"state":"sent","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"]}",
      "email_unsubscribed | 2026-03-02T10:00:13.000Z | unsub/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445613000 | email=anna@shop.test user_id=111 | email_marketing denied | {"user_id":111,"state":"sent","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"]}",
      "email_rejected | 2026-03-02T10:00:14.000Z | reject/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445614000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"rejected","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"],"reject_reason":"other"}",
      "email_rejected | 2026-03-02T10:00:15.000Z | reject/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445615000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"rejected","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"],"reject_reason":"unsubscribed"}",
      "custom:blacklist | 2026-03-02T10:00:16.000Z | blacklist/add/anna@shop.test/1772445616000/4fb | email=anna@shop.test | {"action":"add","reason":"hard-bounce","detail":"Example detail","created_at":"2026-01-15 11:32:19","last_event_at":"2026-03-01 12:43:56","expires_at":"2026-04-02 12:09:18","expired":false,"subaccount":"example_subaccount","sender":"news@shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:blacklist | 2026-03-02T10:00:17.000Z | blacklist/add/anna@shop.test/1772445617000/4fb | email=anna@shop.test | email_marketing denied | {"action":"add","reason":"unsub","detail":"Example detail","created_at":"2026-01-15 11:32:19","last_event_at":"2026-03-01 12:43:56","expires_at":"2026-04-02 12:09:18","expired":false,"subaccount":"example_subaccount","sender":"news@shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:blacklist | 2026-03-02T10:00:18.000Z | blacklist/change/anna@shop.test/1772445618000/4fb | email=anna@shop.test | {"action":"change","reason":"hard-bounce","detail":"Example detail","created_at":"2026-01-15 11:32:19","last_event_at":"2026-03-01 12:43:56","expires_at":"2026-04-02 12:09:18","expired":false,"subaccount":"example_subaccount","sender":"news@shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:blacklist | 2026-03-02T10:00:19.000Z | blacklist/remove/anna@shop.test/1772445619000/4fb | email=anna@shop.test | {"action":"remove","reason":"unsub","detail":"Example detail","created_at":"2026-01-15 11:32:19","last_event_at":"2026-03-01 12:43:56","expires_at":"2026-04-02 12:09:18","expired":false,"subaccount":"example_subaccount","sender":"news@shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:whitelist | 2026-03-02T10:00:20.000Z | whitelist/add/anna@shop.test/1772445620000/bd52 | email=anna@shop.test | {"action":"add","detail":"example details","created_at":"2026-01-15 12:03:19","recipient":"anna@shop.test","tags":[]}",
      "custom:whitelist | 2026-03-02T10:00:21.000Z | whitelist/remove/anna@shop.test/1772445621000/bd52 | email=anna@shop.test | {"action":"remove","detail":"example details","created_at":"2026-01-15 12:03:19","recipient":"anna@shop.test","tags":[]}",
      "custom:denylist | 2026-03-02T10:00:22.000Z | denylist/add/anna@shop.test/1772445622000/4fb | email=anna@shop.test | email_marketing denied | {"action":"add","reason":"spam","detail":"Example detail","created_at":"2026-01-15 11:32:19","last_event_at":"2026-03-01 12:43:56","expires_at":"2026-04-02 12:09:18","expired":false,"subaccount":"example_subaccount","sender":"news@shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:allowlist | 2026-03-02T10:00:23.000Z | allowlist/add/anna@shop.test/1772445623000/bd52 | email=anna@shop.test | {"action":"add","detail":"example details","created_at":"2026-01-15 12:03:19","recipient":"anna@shop.test","tags":[]}",
      "custom:inbound | 2026-03-02T10:00:24.000Z | inbound/<999.20260302100000@shop.test>/1772445624000 | email=anna@shop.test | {"from":"anna@shop.test","spam_score":0.8,"message_id":"<999.20260302100000@shop.test>","recipient":"service@inbound.shop.example","subject":"This is an example webhook message","tags":[]}",
      "custom:a_new_type | 2026-03-02T10:00:25.000Z | a_new_type/exampleaaaaaaaaaaaaaaaaaaaaaaaaa/1772445625000 | email=anna@shop.test user_id=111 | {"user_id":111,"state":"sent","sender":"news@shop.example","message_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa","recipient":"anna@shop.test","subject":"This an example webhook message","tags":["webhook-example"]}",
      "dead_letter missing_time: ts is missing",
      "dead_letter missing_field: msg, reject and entry",
      "dead_letter missing_field: event",
      "dead_letter missing_time: ts is missing",
    ]
  `)
})

describe('the form that Mandrill posts', () => {
  it.each([
    ['a form', form],
    ['a form with another parameter', `a=1&${form}\n`],
    ['an object with the text of a list', { mandrill_events: json }],
    ['an object with a list', { mandrill_events: fixture.record }],
    ['the text of a list', json],
    ['the text of an object with the text of a list', JSON.stringify({ mandrill_events: json })],
  ])('is read from %s', (_, record) => {
    expect(describeRecord(record)).toEqual(describeRecord(fixture.record))
  })

  it('is known as text and as an object', () => {
    expect(detectVendor(form, emailVendors)?.name).toBe('mandrill')
    expect(detectVendor({ mandrill_events: json }, emailVendors)?.name).toBe('mandrill')
    expect(detectVendor('mandrill', emailVendors)).toBeUndefined()
  })

  it.each([
    ['a form', 'mandrill_events=%5B%5D'],
    ['an object', { mandrill_events: '[]' }],
    ['a list', []],
  ])('is not lost when it is empty, as the check of a new webhook is: %s', (_, record) => {
    expect(describeRecord(record)).toEqual([
      'drop control: an empty list: the check of a new webhook',
    ])
  })

  it.each([
    ['mandrill_events=GARBAGE', 'invalid_json'],
    ['mandrill_events=%5B%FF%5D', 'invalid_utf8'],
    ['mandrill_events=%5B%', 'invalid_utf8'],
    ['mandrill_events=1', 'unexpected_shape'],
    ['mandrill_events=%5B%5D&mandrill_events=%5B%5D', 'unexpected_shape'],
    [`{"mandrill_events":${JSON.stringify(JSON.stringify(json))}}`, 'unexpected_shape'],
  ])('is a dead letter when it is damaged: %s', (record, reason) => {
    expect(describeRecord(record)).toHaveLength(1)
    expect(describeRecord(record)[0]).toContain(`dead_letter ${reason}`)
  })

  it('survives 1000 mutated texts', () => {
    const text = { ...fixture, record: form }
    const target = { fixture: text, channel: 'email', vendors: emailVendors } as const
    expect(fuzzVendor({ ...target, vendor: 'mandrill' }, { runs: 1000 }).runs).toBe(1000)
  })
})

it('tells apart the events of one message, all of which have its id', () => {
  const message = { _id: 'm1', email: 'anna@shop.test' }
  const click = {
    event: 'click',
    _id: 'm1',
    ts: 1772445600,
    url: 'https://a.example/',
    msg: message,
  }
  const ids = describeRecord([
    click,
    { ...click, event: 'open', url: undefined },
    { ...click, ts: 1772445601 },
    { ...click, url: 'https://b.example/' },
  ]).map((line) => line.split(' | ')[2])
  expect(new Set(ids).size).toBe(4)
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'mandrill' })
