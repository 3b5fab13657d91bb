import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/mailjet.json', import.meta.url))

const describeRecord = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'mailjet')

const idOf = (item: unknown): string | undefined => describeRecord(item)[0]?.split(' | ')[2]

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'mailjet')).toMatchInlineSnapshot(`
    [
      "email_delivered | 2026-03-02T10:00:00.000Z | sent/1ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445600000 | email=anna@shop.test | {"mj_contact_id":4,"custom_id":"helloworld","message_id":"1ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":7257,"response":"sent (250 2.0.0 OK 1433333948 fa5si855896wjc.199 - gsmtp)","tags":[]}",
      "email_opened | 2026-03-02T10:00:01.000Z | open/1ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445601000 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","order":{"id":17},"mj_contact_id":320,"custom_id":"helloworld","country":"US","message_id":"1ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":"spring","user_agent":"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0","ip":"192.0.2.1","tags":[]}",
      "email_opened | 2026-03-02T10:00:02.000Z | open/1ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445602000 | email=anna@shop.test | machine privacy_proxy | {"payload":"two words","mj_contact_id":320,"message_id":"1ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":7173,"user_agent":"Mozilla/5.0","ip":"192.0.2.9","tags":[]}",
      "email_opened | 2026-03-02T10:00:03.000Z | open/1ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445603000 | email=anna@shop.test | {"mj_contact_id":320,"country":"US","message_id":"1ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":7173,"user_agent":"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)","ip":"192.0.2.9","tags":[]}",
      "email_clicked | 2026-03-02T10:00:04.000Z | click/1ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445604000/39e3 | email=anna@shop.test | {"mj_contact_id":4,"custom_id":"helloworld","country":"FR","message_id":"1ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":7272,"url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_0) AppleWebKit/537.36","ip":"192.0.2.1","tags":[]}",
      "email_bounced | 2026-03-02T10:00:05.000Z | bounce/2ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445605000 | email=bad@shop.test | {"mj_contact_id":0,"blocked":false,"hard_bounce":true,"error_related_to":"recipient","error":"user unknown","custom_id":"helloworld","message_id":"2ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"bad@shop.test","response":"Host or domain name not found. Name service error for name=shop.test type=A: Host not found","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:06.000Z | bounce/3ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445606000 | email=full@shop.test | {"mj_contact_id":0,"blocked":false,"hard_bounce":false,"error_related_to":"recipient","error":"quota exceeded","message_id":"3ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"full@shop.test","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.000Z | bounce/4ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445607000 | email=anna@shop.test | {"mj_contact_id":0,"blocked":false,"hard_bounce":true,"error_related_to":"spam","error":"content blocked","message_id":"4ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","response":"554 5.7.1 rejected","tags":[],"bounce_class":"block","reject_reason":"blocked"}",
      "email_deferred | 2026-03-02T10:00:08.000Z | bounce/5ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445608000 | email=anna@shop.test | {"mj_contact_id":0,"blocked":false,"hard_bounce":false,"error_related_to":"domain","error":"greylisted","message_id":"5ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","response":"451 4.7.1 try again later","tags":[]}",
      "email_bounced | 2026-03-02T10:00:09.000Z | bounce/13792286917004340/1772445609000 | email=bad@shop.test | {"mj_contact_id":0,"error":"a new error","message_id":"13792286917004340","recipient":"bad@shop.test","response":"550 5.1.1 no such user","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_rejected | 2026-03-02T10:00:10.000Z | blocked/6ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445610000 | email=bad@shop.test | {"mj_contact_id":0,"error_related_to":"mailjet","error":"preblocked","custom_id":"helloworld","message_id":"6ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"bad@shop.test","tags":[],"reject_reason":"bounced"}",
      "email_rejected | 2026-03-02T10:00:11.000Z | blocked/7ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445611000 | email=anna@shop.tset | {"mj_contact_id":0,"error_related_to":"domain","error":"typofix","message_id":"7ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.tset","tags":[],"reject_reason":"invalid"}",
      "email_complained | 2026-03-02T10:00:12.000Z | spam/8ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445612000 | email=anna@shop.test | email_marketing denied | {"mj_contact_id":0,"source":"JMRPP","custom_id":"helloworld","message_id":"8ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:13.000Z | unsub/9ab23cd4-e567-8901-2345-6789f0ab1c2d/1772445613000 | email=anna@shop.test | list:1 denied | {"mj_contact_id":126,"mj_list_id":1,"custom_id":"helloworld","country":"FR","message_id":"9ab23cd4-e567-8901-2345-6789f0ab1c2d","recipient":"anna@shop.test","campaign":7276,"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36","ip":"192.0.2.1","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:14.000Z | unsub/20547674933128000/anna@shop.test/1772445614000 | email=anna@shop.test | email_marketing denied | {"mj_contact_id":126,"mj_list_id":0,"recipient":"anna@shop.test","campaign":7276,"user_agent":"List-Unsubscribe","ip":"192.0.2.1","tags":[]}",
      "custom:a_new_type | 2026-03-02T10:00:15.000Z | a_new_type/42/1772445615000 | email=anna@shop.test | {"mj_contact_id":1,"something":"new","message_id":"42","recipient":"anna@shop.test","campaign":1,"tags":[]}",
      "dead_letter missing_time: time is missing",
      "dead_letter wrong_time_unit: the time is credible only as microseconds taken for milliseconds, or milliseconds for seconds",
      "dead_letter missing_field: event",
    ]
  `)
})

const click = {
  event: 'click',
  time: 1772445600,
  MessageID: 2 ** 60,
  Message_GUID: '1ab23cd4-e567-8901-2345-6789f0ab1c2d',
  email: 'anna@shop.test',
  mj_campaign_id: 1,
  mj_contact_id: 2,
  url: 'https://shop.example/a',
}

it('reads an event by itself as it reads a list of one', () => {
  expect(describeRecord(click)).toEqual(describeRecord([click]))
})

it('tells events of one message apart by what happened, when, and on which link', () => {
  const ids = [
    click,
    { ...click, event: 'open', url: undefined },
    { ...click, time: 1772445601 },
    { ...click, url: 'https://shop.example/b' },
    { ...click, Message_GUID: '2ab23cd4-e567-8901-2345-6789f0ab1c2d' },
  ].map(idOf)
  expect(new Set(ids).size).toBe(ids.length)
})

it('reads hard_bounce as a flag, and as the digits of older events', () => {
  const bounce = {
    event: 'bounce',
    time: 1772445600,
    email: 'bad@shop.test',
    error: 'user unknown',
  }
  const classOf = (told: unknown): string | undefined =>
    /"bounce_class":"(\w+)"/.exec(describeRecord({ ...bounce, hard_bounce: told })[0] ?? '')?.[1]
  expect([true, '1', 1].map(classOf)).toEqual(['hard', 'hard', 'hard'])
  expect([false, '0', 0].map(classOf)).toEqual(['soft', 'soft', 'soft'])
  expect(classOf('')).toBe('soft')
})

it('is known by its shape without campaign and message', () => {
  const { event, time, email } = click
  expect(detectVendor({ event, time, email }, emailVendors)?.name).toBe('mailjet')
})

it('takes no MessageID that has lost digits for the name of a message', () => {
  const { Message_GUID: _, ...old } = click
  expect(describeRecord(old)[0]).not.toContain('"message_id"')
  expect(describeRecord({ ...old, mj_message_id: '1152921504606846976' })[0]).toContain(
    '"message_id":"1152921504606846976"',
  )
  // Two messages whose numbers have become the same are still two, if they went to two people.
  expect(idOf(old)).not.toBe(idOf({ ...old, email: 'ben@shop.test' }))
  expect(idOf(old)).toBe(idOf({ ...old }))
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'mailjet' })
