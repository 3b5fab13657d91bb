import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { epochMs } from '#runtime/event/ids.ts'
import {
  describeOutcomes,
  readFixture,
  testIdentity,
} from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/mailgun.json', import.meta.url))

const read = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'mailgun')

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'mailgun')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.153Z | jxVuhYlhReaK3QsggHfFRA/20514 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","cohort":"B","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","tags":["newsletter","spring"]}",
      "email_delivered | 2026-03-02T10:00:01.153Z | hTWCTD81RtiDN-delivered/20514 | email=anna@shop.test | {"recipient_provider":"Gmail","attempt":1,"mx_host":"mx.shop.test","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","status":"250","response":"OK","tags":["newsletter"]}",
      "email_deferred | 2026-03-02T10:00:02.153Z | failed-temporary/20514 | email=anna@shop.test | {"severity":"temporary","reason":"generic","attempt":3,"retry_seconds":1800,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","status":"498","response":"No MX for shop.test","tags":[]}",
      "email_bounced | 2026-03-02T10:00:03.153Z | failed-permanent/20514 | email=bad@shop.test | {"severity":"permanent","reason":"bounce","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"550","response":"5.1.1 The email account that you tried to reach does not exist.\\n5.1.1 Please try again.","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:04.153Z | failed-policy/20514 | email=bad@shop.test | {"severity":"permanent","reason":"bounce","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"550","response":"5.7.1 Message rejected as spam by content filtering.","tags":[],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:05.153Z | failed-enhanced/20514 | email=bad@shop.test | {"severity":"permanent","reason":"bounce","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"5.2.1","response":"mailbox unavailable","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:06.153Z | failed-old/20514 | email=bad@shop.test | {"severity":"permanent","reason":"old","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"602","response":"Too old","tags":[],"bounce_class":"soft","reject_reason":"timed_out"}",
      "email_bounced | 2026-03-02T10:00:07.153Z | failed-suppressed/20514 | email=bad@shop.test | {"severity":"permanent","reason":"suppress-bounce","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"605","response":"Not delivering to previously bounced address","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_rejected | 2026-03-02T10:00:08.153Z | failed-unsubscribed/20514 | email=bad@shop.test | {"severity":"permanent","reason":"suppress-unsubscribe","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"606","response":"Not delivering to unsubscribed recipient","tags":[],"reject_reason":"unsubscribed"}",
      "email_rejected | 2026-03-02T10:00:09.153Z | failed-complained/20514 | email=bad@shop.test | {"severity":"permanent","reason":"generic","attempt":1,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"bad@shop.test","subject":"Spring sale","status":"607","response":"Not delivering to a user who marked your messages as spam","tags":[],"reject_reason":"spam"}",
      "email_rejected | 2026-03-02T10:00:10.153Z | rejected/20514 | email=anna@shop.test | {"reason":"Sandbox subdomains are for test purposes only.","test_mode":true,"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","tags":[],"reject_reason":"other"}",
      "email_opened | 2026-03-02T10:00:11.153Z | Ase7i2zsRYeDXztHGENqRA/20514 | email=anna@shop.test | {"cohort":"B","client_type":"mobile browser","client_name":"Mobile Safari","client_os":"iOS","device_type":"mobile","country":"DE","region":"BE","city":"Berlin","list_id":"list.news.shop.example","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","campaign":"Spring sale","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1","ip":"192.0.2.2","tags":["newsletter"]}",
      "email_opened | 2026-03-02T10:00:12.153Z | opened-apple/20514 | email=anna@shop.test | machine privacy_proxy | {"client_type":"unknown","client_name":"unknown","device_type":"unknown","bot":"apple","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","user_agent":"Mozilla/5.0","ip":"192.0.2.3","tags":[]}",
      "email_opened | 2026-03-02T10:00:13.153Z | opened-robot/20514 | email=anna@shop.test | machine robot | {"client_type":"robot","client_name":"scanner","device_type":"unknown","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","user_agent":"Scanner of mail","ip":"192.0.2.3","tags":[]}",
      "email_clicked | 2026-03-02T10:00:14.153Z | VOEdNsWGSvuSTeTfFPVcRA/20514 | email=anna@shop.test | {"client_type":"browser","client_name":"Chrome","client_os":"Linux","device_type":"desktop","country":"DE","region":"BE","city":"Berlin","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","url":"https://shop.example/shoes?utm_source=news","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.2","tags":["newsletter"]}",
      "email_clicked | 2026-03-02T10:00:15.153Z | clicked-generic/20514 | email=anna@shop.test | machine bot | {"client_type":"browser","client_name":"Chrome","client_os":"Linux","device_type":"desktop","bot":"generic","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.4","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:16.153Z | W3X4JOhFT-OZidZGKKr9iA/20514 | email=anna@shop.test | email_marketing denied | {"client_type":"browser","client_name":"Chrome","client_os":"Linux","device_type":"desktop","country":"DE","region":"BE","city":"Berlin","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.2","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:17.153Z | unsubscribed-list/20514 | email=anna@shop.test | email_marketing denied | list:list.news.shop.example denied | {"list_id":"list.news.shop.example","message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","tags":[]}",
      "email_complained | 2026-03-02T10:00:18.153Z | ncV2XwymRUKbPek_MIM-Gw/20514 | email=anna@shop.test | email_marketing denied | {"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "custom:stored | 2026-03-02T10:00:19.153Z | czsjqFATSlC3QtAK-C80nw/20514 | email=anna@shop.test | {"message_id":"in-1@shop.test","subject":"Re: Spring sale","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:20.153Z | member-1/20514 | email=anna@shop.test | {"list_id":"list.news.shop.example","recipient":"anna@shop.test","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:21.153Z | member-2/20514 | email=bob@shop.test | list:list.news.shop.example denied | {"list_id":"list.news.shop.example","recipient":"bob@shop.test","tags":[]}",
      "custom:list_member_upload_error | 2026-03-02T10:00:22.153Z | member-3/20514 |  | {"list_id":"list.news.shop.example","tags":[]}",
      "custom:list_uploaded | 2026-03-02T10:00:23.153Z | upload-1/20514 |  | {"upserted_count":2,"failed_count":1,"list_id":"list.news.shop.example","tags":[]}",
      "custom:email_validation | 2026-03-02T10:00:24.153Z | validation-1/20514 | email=anna@shop.test | {"recipient":"anna@shop.test","tags":[]}",
      "email_delivered | 2026-03-02T10:00:01.153Z | hTWCTD81RtiDN-delivered/20514 | email=anna@shop.test | {"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","subject":"Spring sale","status":"250","response":"OK","tags":["newsletter"]}",
      "email_opened | 2026-03-02T10:00:25.153Z | logged/20514 | email=anna@shop.test | {"message_id":"20260302100000.1.A3B9@news.shop.example","recipient":"anna@shop.test","tags":[]}",
      "custom:a_new_type | 2026-03-02T10:00:26.153Z | new/20514 | email=anna@shop.test | {"recipient":"anna@shop.test","tags":[]}",
      "dead_letter missing_field: event",
      "dead_letter missing_time: timestamp is missing",
    ]
  `)
})

const opened = {
  event: 'opened',
  id: 'Ase7i2zsRYeDXztHGENqRA',
  timestamp: 1772445600.908181,
  'log-level': 'info',
  recipient: 'anna@shop.test',
}
const idOf = (line: string | undefined): string | undefined => line?.split(' | ')[2]

it('gives an event one id, whether a webhook, its retry or the events API tells of it', () => {
  const signed = (token: string): unknown => ({
    signature: { timestamp: '1772445601', token, signature: '0' },
    'event-data': opened,
  })
  const ids = read([signed('a'), signed('b'), { items: [opened], paging: {} }, opened]).map(idOf)
  expect(ids).toHaveLength(4)
  expect(new Set(ids).size).toBe(1)
})

it('takes the same id on another day for another event, since ids are unique within a day only', () => {
  const [first, later] = read([opened, { ...opened, timestamp: opened.timestamp - 86_400 }])
  expect(idOf(first)).not.toBe(idOf(later))
})

it('reads seconds with a fraction, as a number or as text', () => {
  const times = read([opened, { ...opened, timestamp: '1772445600.908181' }])
  for (const line of times) expect(line).toContain('2026-03-02T10:00:00.908Z')
})

it.each([
  [{ 'enhanced-code': '5.1.1', code: 550 }, 'bounce', '"bounce_class":"hard"'],
  [{ code: 550, message: 'no such user' }, 'bounce', '"bounce_class":"hard"'],
  [{ code: 452, message: '4.2.2 mailbox full' }, 'generic', '"bounce_class":"soft"'],
  [{ code: 550, message: '5.7.1 refused' }, 'bounce', '"bounce_class":"block"'],
  [{ code: 554, message: 'rate' }, 'espblock', '"bounce_class":"block"'],
  [{ code: 550, message: 'full', 'bounce-type': 'soft' }, 'bounce', '"bounce_class":"soft"'],
  [{}, 'generic', '"bounce_class":"hard"'],
])('classifies a permanent failure: %j, %s', (status, reason, said) => {
  const failed = { ...opened, event: 'failed', severity: 'permanent', reason }
  expect(read([{ ...failed, 'delivery-status': status }])[0]).toContain(said)
})

it('names nobody by a header that lists several people', () => {
  const rejected = { ...opened, event: 'rejected', recipient: undefined }
  const to = (text: string): string | undefined =>
    read([{ ...rejected, message: { headers: { to: text } } }])[0]?.split(' | ')[3]
  expect(to('"Bell, Anna" <anna@shop.test>')).toBe('email=anna@shop.test')
  expect(to('anna@shop.test, Bob <bob@shop.test>')).toBe('')
  expect(to('Anna <anna@shop.test>, Bob <bob@shop.test>')).toBe('')
})

it("denies what the pipeline file calls the list's purpose", () => {
  const source = { ...plainSource('email', 'mailgun'), consentPurposes: { 'list:news': 'letters' } }
  const normaliser = createNormaliser({
    vendors: emailVendors,
    definition: { identity: testIdentity },
  })
  const [outcome] = normaliser.normalise(
    { ...opened, event: 'unsubscribed', 'mailing-list': { 'list-id': 'news' } },
    source,
    epochMs(Date.parse(fixture.received_at)),
  )
  expect(outcome?.outcome === 'ok' && outcome.event.consent).toEqual({
    email_marketing: 'denied',
    letters: 'denied',
  })
})

it('is known by its shape when only whom and what are told', () => {
  const item = { event: 'complained', id: 'a', recipient: 'anna@shop.test', timestamp: 1772445600 }
  expect(detectVendor(item, emailVendors)?.name).toBe('mailgun')
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'mailgun' })
