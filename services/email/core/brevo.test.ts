import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/brevo.json', import.meta.url))

const describeRecord = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'brevo')

const partOf = (item: unknown, part: number): string | undefined =>
  describeRecord(item)[0]?.split(' | ')[part]

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'brevo')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.000Z | request/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445600000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"mirror_link":"https://app-smtp.brevo.com/log/preview/1a2000f4-4e33-23aa-ab68-900dxxx9152c","contact_id":8,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_sent | 2026-03-02T10:00:01.000Z | sent/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445601000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_delivered | 2026-03-02T10:00:02.000Z | delivered/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445602000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_deferred | 2026-03-02T10:00:03.000Z | deferred/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445603000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","response":"451 4.3.0 try again later","tags":["transac_messages"]}",
      "email_bounced | 2026-03-02T10:00:04.000Z | soft_bounce/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445604000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","response":"server is down","tags":["transac_messages"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:05.000Z | softBounce/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445605000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","response":"550 5.7.1 message refused by policy","tags":["transac_messages"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:06.000Z | soft_bounced/97/anna@shop.test/1772445606000 | email=anna@shop.test | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"sending_ip":"192.0.2.10","recipient":"anna@shop.test","campaign":"My First Campaign","response":"deferred","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.000Z | hard_bounce/<202603021000.5787683@relay.shop.example>/bad@shop.test/1772445607000 | email=bad@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"bad@shop.test","subject":"My first Transactional","response":" RecipientError: 550 5.5.0 Requested action not taken: mailbox unavailable.","tags":["transac_messages"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:08.000Z | hardBounce/<202603021000.5787683@relay.shop.example>/bad@shop.test/1772445608000 | email=bad@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"bad@shop.test","subject":"My first Transactional","response":"550 no such user","tags":["transac_messages"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:09.000Z | hard_bounced/97/bad@shop.test/1772445609000 | email=bad@shop.test | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"sending_ip":"192.0.2.10","recipient":"bad@shop.test","campaign":"My First Campaign","response":"deferred","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_rejected | 2026-03-02T10:00:10.000Z | invalid_email/<202603021000.5787683@relay.shop.example>/bad@shop.test/1772445610000 | email=bad@shop.test | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"bad@shop.test","subject":"My first Transactional","tags":["transac_messages"],"reject_reason":"invalid"}",
      "email_rejected | 2026-03-02T10:00:11.000Z | invalid/<202603021000.5787683@relay.shop.example>/bad@shop.test/1772445611000 | email=bad@shop.test | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"bad@shop.test","subject":"My first Transactional","tags":["transac_messages"],"reject_reason":"invalid"}",
      "email_rejected | 2026-03-02T10:00:12.000Z | blocked/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445612000 | email=anna@shop.test | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","response":"blocked : due to blacklist user","tags":["transac_messages"],"reject_reason":"blocked"}",
      "email_rejected | 2026-03-02T10:00:13.000Z | blocked/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445613000 | email=anna@shop.test | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","response":"blocked : due to unsubscribed user","tags":["transac_messages"],"reject_reason":"unsubscribed"}",
      "email_rejected | 2026-03-02T10:00:14.000Z | error/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445614000 | email=anna@shop.test | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"],"reject_reason":"other"}",
      "email_opened | 2026-03-02T10:00:15.000Z | opened/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445615000 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","order":17,"sending_ip":"192.0.2.10","template_id":22,"device_used":"DESKTOP","message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","tags":["transac_messages"]}",
      "email_opened | 2026-03-02T10:00:16.000Z | opened/97/anna@shop.test/1772445616000 | email=anna@shop.test | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"segment_ids":[1,10],"recipient":"anna@shop.test","campaign":"My First Campaign","tags":[]}",
      "email_opened | 2026-03-02T10:00:17.000Z | open/97/anna@shop.test/1772445617000 | email=anna@shop.test | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"recipient":"anna@shop.test","campaign":"My First Campaign","tags":[]}",
      "email_opened | 2026-03-02T10:00:18.000Z | unique_opened/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445618000 | email=anna@shop.test user_id=u-2 | {"custom_header_1":"custom_value_1","user_id":"u-2","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","tags":["transac_messages"]}",
      "email_opened | 2026-03-02T10:00:19.000Z | uniqueOpened/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445619000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_opened | 2026-03-02T10:00:20.000Z | proxy_open/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445620000 | email=anna@shop.test | machine privacy_proxy | {"sending_ip":"192.0.2.10","template_id":1,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transactionalTag"]}",
      "email_opened | 2026-03-02T10:00:21.000Z | proxyOpen/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445621000 | email=anna@shop.test | machine privacy_proxy | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_opened | 2026-03-02T10:00:22.000Z | unique_proxy_open/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445622000 | email=anna@shop.test | machine privacy_proxy | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"sender_email":"news@shop.example","device_used":"DESKTOP","message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","tags":["transactionalTag"]}",
      "email_opened | 2026-03-02T10:00:23.000Z | uniqueProxyOpen/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445623000 | email=anna@shop.test | machine privacy_proxy | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_clicked | 2026-03-02T10:00:24.000Z | click/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445624000/39e3 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"device_used":"DESKTOP","message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","tags":["transac_messages"]}",
      "email_clicked | 2026-03-02T10:00:25.000Z | click/97/anna@shop.test/1772445625000/df04 | email=anna@shop.test | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"recipient":"anna@shop.test","campaign":"My First Campaign","url":"https://shop.example/campaign","tags":[]}",
      "email_complained | 2026-03-02T10:00:26.000Z | spam/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445626000 | email=anna@shop.test | email_marketing denied | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_complained | 2026-03-02T10:00:27.000Z | spam/97/anna@shop.test/1772445627000 | email=anna@shop.test | email_marketing denied | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"recipient":"anna@shop.test","campaign":"My First Campaign","response":"undesired","tags":[]}",
      "email_complained | 2026-03-02T10:00:28.000Z | complaint/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445628000 | email=anna@shop.test | email_marketing denied | {"custom":"some_custom_header","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","tags":["transac_messages"]}",
      "email_unsubscribed | 2026-03-02T10:00:29.000Z | unsubscribed/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445629000 | email=anna@shop.test | email_marketing denied | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","tags":["transactionalTag"]}",
      "email_unsubscribed | 2026-03-02T10:00:30.000Z | unsubscribed/97/anna@shop.test/1772445630000 | email=anna@shop.test | email_marketing denied | list:3 denied | list:42 denied | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"list_id":[3,42],"sending_ip":"192.0.2.10","recipient":"anna@shop.test","campaign":"My First Campaign","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:31.000Z | unsubscribe/97/anna@shop.test/1772445631000 | email=anna@shop.test | email_marketing denied | list:3 denied | {"camp_id":97,"date_sent":"2026-03-02 10:58:00","ts_sent":1772445480,"list_id":[3],"recipient":"anna@shop.test","campaign":"My First Campaign","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:32.000Z | list_addition/anna@shop.test/1772445632000/cb05 | email=anna@shop.test | list:34 granted | list:12 granted | {"list_id":[34,12],"recipient":"anna@shop.test","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:32.000Z | list_addition/ben@shop.test/1772445632000/cb05 | email=ben@shop.test | list:34 granted | list:12 granted | {"list_id":[34,12],"recipient":"ben@shop.test","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:33.000Z | listAddition/anna@shop.test/1772445633000/a32a | email=anna@shop.test | list:34 granted | {"list_id":[34],"changed_by":"shop","recipient":"anna@shop.test","tags":[]}",
      "contact_updated | 2026-03-02T10:00:34.000Z | contact_updated/anna@shop.test/1772445634000/577a | email=anna@shop.test phone=+4930901820 | trait name=Anna | trait lastname=Muster | {"recipient":"anna@shop.test","tags":[]}",
      "contact_updated | 2026-03-02T10:00:35.000Z | contactUpdated/anna@shop.test/1772445635000/9f41 | email=anna@shop.test email=anna.muster@shop.test user_id=u-1 | trait CITY=Berlin | {"recipient":"anna@shop.test","tags":[]}",
      "contact_deleted | 2026-03-02T10:00:36.000Z | contact_deleted/anna@shop.test/1772445636000/92f2 | email=anna@shop.test | {"list_id":[35],"recipient":"anna@shop.test","tags":[]}",
      "contact_deleted | 2026-03-02T10:00:37.000Z | contactDeleted/anna@shop.test/1772445637000/aad3 | email=anna@shop.test | {"list_id":[],"recipient":"anna@shop.test","tags":[]}",
      "custom:unique_coupon_sent | 2026-03-02T10:00:38.000Z | content:Jl815lwqq6CST9PazS30wGdZgvSq7SmTeN4_bdYMM7E | email=anna@shop.test | {"collection_id":"c-1","coupon":"SPRING-1","recipient":"anna@shop.test","tags":[]}",
      "custom:a_new_type | 2026-03-02T10:00:39.000Z | a_new_type/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445639000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "email_opened | 2026-03-02T10:00:40.000Z | opened/<202603021000.5787683@relay.shop.example>/anna@shop.test/1772445640000 | email=anna@shop.test | {"custom":"some_custom_header","sending_ip":"192.0.2.10","template_id":22,"message_id":"<202603021000.5787683@relay.shop.example>","recipient":"anna@shop.test","subject":"My first Transactional","tags":["transac_messages"]}",
      "dead_letter missing_time: ts_epoch, ts_event, date and ts are missing",
      "dead_letter missing_field: event",
    ]
  `)
})

const click = {
  event: 'click',
  email: 'anna@shop.test',
  'message-id': '<1@relay.shop.example>',
  ts_epoch: 1772445600000,
  link: 'https://shop.example/a',
}

it('tells apart the people of one message, its links and what happened, and knows a retry by them', () => {
  const items = [
    click,
    { ...click, event: 'opened', link: undefined },
    { ...click, email: 'ben@shop.test' },
    { ...click, link: 'https://shop.example/b' },
    { ...click, ts_epoch: 1772445601000 },
  ]
  const ids = items.map((item) => partOf(item, 2))
  expect(new Set(ids).size).toBe(ids.length)
  expect(partOf({ ...click, id: 99 }, 2)).toBe(ids[0])
})

it('tells apart two changes of a contact in one second', () => {
  const change = { event: 'contact_updated', key: 'k', email: 'anna@shop.test', ts: 1772445600 }
  const to = (city: string): unknown => ({ ...change, content: [{ CITY: city }] })
  expect(partOf(to('Berlin'), 2)).toBe(partOf(to('Berlin'), 2))
  expect(partOf(to('Berlin'), 2)).not.toBe(partOf(to('Bonn'), 2))
})

it.each([
  ['milliseconds', { ts_epoch: 1772445600000, ts_event: 1, date: '2020-10-09 00:00:00' }],
  ['seconds, as the documentation shows them', { ts_epoch: 1772445600 }],
  ['the seconds of the event, not of its sending', { ts_event: 1772445600, ts: 1772449200 }],
  ['the wall clock of Paris in winter', { date: '2026-03-02 11:00:00', ts: 1772449200 }],
  ['the last clock there is', { ts: 1772445600 }],
])('reads %s', (_, times) => {
  expect(partOf({ ...click, ts_epoch: undefined, ...times }, 1)).toBe('2026-03-02T10:00:00.000Z')
})

it('reads the wall clock of Paris in summer', () => {
  const item = { ...click, ts_epoch: undefined, date: '2025-07-01 12:00:00' }
  expect(partOf(item, 1)).toBe('2025-07-01T10:00:00.000Z')
})

it.each([
  ['JSON', '{"user_id":"u-1","order":7}', '{"user_id":"u-1","order":7,'],
  ['names and values', 'user_id:u-1|order: 7', '{"user_id":"u-1","order":"7",'],
  ['an address of a page', 'https://shop.example/x', '{"custom":"https://shop.example/x",'],
  ['any text', 'some text', '{"custom":"some text",'],
])('takes a custom header for what it is: %s', (_, header, properties) => {
  expect(partOf({ ...click, 'X-Mailin-custom': header }, 4)).toContain(properties)
  expect(partOf({ ...click, 'X-Mailin-custom': header }, 3)?.includes('user_id=u-1')).toBe(
    header.includes('user_id'),
  )
})

it('refuses an event that names more lists than an event may have purposes', () => {
  const item = {
    event: 'list_addition',
    key: 'k',
    email: ['anna@shop.test'],
    list_id: Array.from({ length: 501 }, (_, i) => i),
    ts: 1772445600,
  }
  expect(describeRecord(item)).toEqual(['dead_letter event_too_large: list_id names more than 500'])
})

it('is known by its shape when only whom, what and when are told', () => {
  const item = { event: 'hard_bounce', email: 'anna@shop.test', date: '2026-03-02 11:00:37' }
  expect(detectVendor(item, emailVendors)?.name).toBe('brevo')
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'brevo' })
