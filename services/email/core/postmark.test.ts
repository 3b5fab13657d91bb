import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { asList, isFields } from '#runtime/channel/core/fields.ts'
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

const fixture = readFixture(new URL('fixtures/postmark.json', import.meta.url))

const read = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'postmark')

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'postmark')).toMatchInlineSnapshot(`
    [
      "email_delivered | 2026-03-02T10:00:01.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Delivery/2026-03-02T05:00:01.9070259-05:00/9e3b | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","cohort":"B","message_stream":"outbound","server_id":23,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","response":"smtp;250 2.0.0 OK","tags":["welcome-email"]}",
      "email_bounced | 2026-03-02T10:00:02.907Z | 4419994206470143 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"HardBounce","description":"The server was unable to deliver your message (ex: unknown user, mailbox not found).","inactive":true,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;550 5.1.1 The email account that you tried to reach does not exist.","tags":["Test"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:03.907Z | 4419994206470144 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"Transient","description":"The server could not temporarily deliver your message (ex: Message is delayed due to network troubles).","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;451 4.4.1 try again","tags":["Test"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_unsubscribed | 2026-03-02T10:00:04.907Z | 4419994206470145 | email=bad@shop.test | email_marketing denied | {"message_stream":"outbound","server_id":23,"bounce_type":"Unsubscribe","description":"Unsubscribe or Remove request.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_subscribed | 2026-03-02T10:00:05.907Z | 4419994206470146 | email=bad@shop.test | email_marketing granted | {"message_stream":"outbound","server_id":23,"bounce_type":"Subscribe","description":"Subscribe request from someone wanting to get added to the mailing list.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "custom:AutoResponder | 2026-03-02T10:00:06.907Z | 4419994206470147 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"AutoResponder","description":"Automatic email responder (ex: \\"Out of Office\\" or \\"On Vacation\\").","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "custom:AddressChange | 2026-03-02T10:00:07.907Z | 4419994206470148 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"AddressChange","description":"The recipient has requested an address change.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_bounced | 2026-03-02T10:00:08.907Z | 4419994206470149 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"DnsError","description":"A temporary DNS error.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:09.907Z | 4419994206470150 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"SpamNotification","description":"The message was delivered, but was either blocked by the user, or classified as spam, bulk mail, or had rejected content.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"block","reject_reason":"spam"}",
      "custom:OpenRelayTest | 2026-03-02T10:00:10.907Z | 4419994206470151 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"OpenRelayTest","description":"The NDR is actually a test email message to see if the mail server is an open relay.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_bounced | 2026-03-02T10:00:11.907Z | 4419994206470152 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"Unknown","description":"Unable to classify the NDR.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;554 5.7.1 Rejected by policy","tags":["Test"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:12.907Z | 4419994206470153 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"SoftBounce","description":"Unable to temporarily deliver message (i.e. mailbox full, account disabled, exceeds quota, out of disk space).","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;552 5.2.2 Mailbox full","tags":["Test"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:13.907Z | 4419994206470154 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"VirusNotification","description":"The bounce is actually a virus notification warning about a virus/code infected message.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"block","reject_reason":"other"}",
      "custom:ChallengeVerification | 2026-03-02T10:00:14.907Z | 4419994206470155 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"ChallengeVerification","description":"The bounce is a challenge asking for verification you actually sent the email.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_bounced | 2026-03-02T10:00:15.907Z | 4419994206470156 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"BadEmailAddress","description":"The address is not a valid email address.","inactive":true,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"hard","reject_reason":"invalid"}",
      "email_complained | 2026-03-02T10:00:16.907Z | 4419994206470157 | email=bad@shop.test | email_marketing denied | {"message_stream":"outbound","server_id":23,"bounce_type":"SpamComplaint","description":"The subscriber explicitly marked this message as spam.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_rejected | 2026-03-02T10:00:17.907Z | 4419994206470158 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"ManuallyDeactivated","description":"The email was manually deactivated.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"reject_reason":"blocked"}",
      "email_rejected | 2026-03-02T10:00:18.907Z | 4419994206470159 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"Unconfirmed","description":"The subscriber has not clicked on the confirmation link upon registration or import.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"reject_reason":"other"}",
      "email_bounced | 2026-03-02T10:00:19.907Z | 4419994206470160 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"Blocked","description":"Blocked from this ISP due to content or blacklisting.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;550 blocked","tags":["Test"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_rejected | 2026-03-02T10:00:20.907Z | 4419994206470161 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"SMTPApiError","description":"An error occurred while accepting an email through the SMTP API.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"reject_reason":"blocked"}",
      "custom:InboundError | 2026-03-02T10:00:21.907Z | 4419994206470162 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"InboundError","description":"Unable to deliver inbound message to destination inbound hook.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"]}",
      "email_bounced | 2026-03-02T10:00:22.907Z | 4419994206470163 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"DMARCPolicy","description":"Email rejected due DMARC Policy.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_rejected | 2026-03-02T10:00:23.907Z | 4419994206470164 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"TemplateRenderingFailed","description":"An error occurred while attempting to render your template.","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"reject_reason":"other"}",
      "email_bounced | 2026-03-02T10:00:24.907Z | 4419994206470173 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"description":"by its number alone","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","tags":["Test"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:25.907Z | 4419994206470174 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"description":"no type at all","inactive":false,"can_activate":true,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"smtp;550 5.1.1 no such user","tags":["Test"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_complained | 2026-03-02T10:00:26.907Z | 42 | email=anna@shop.test user_id=u-1 | email_marketing denied | {"user_id":"u-1","cohort":"B","message_stream":"outbound","server_id":1234,"bounce_type":"SpamComplaint","description":"The subscriber explicitly marked this message as spam.","inactive":true,"can_activate":false,"message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","subject":"Spring sale","response":"Test spam complaint details","tags":["Test"]}",
      "email_opened | 2026-03-02T10:00:27.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Open/2026-03-02T10:00:27.9070259Z/9e3b | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","cohort":"B","message_stream":"outbound","first_open":true,"read_seconds":5,"platform":"WebMail","client_name":"Chrome 140","client_os":"OS X 10.15","country":"RS","region":"Autonomna Pokrajina Vojvodina","city":"Novi Sad","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.8","tags":["welcome-email"]}",
      "email_opened | 2026-03-02T10:00:28.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Open/2026-03-02T10:00:28.9070259Z/9e3b | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","cohort":"B","message_stream":"outbound","first_open":false,"read_seconds":5,"platform":"WebMail","client_name":"Chrome 140","client_os":"OS X 10.15","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","user_agent":"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)","tags":["welcome-email"]}",
      "email_opened | 2026-03-02T10:00:29.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Open/2026-03-02T10:00:29.9070259Z/9e3b | email=anna@shop.test user_id=u-1 | machine privacy_proxy | {"user_id":"u-1","cohort":"B","message_stream":"outbound","first_open":false,"read_seconds":5,"platform":"WebMail","client_name":"Chrome 140","client_os":"OS X 10.15","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","user_agent":"Mozilla/5.0","tags":["welcome-email"]}",
      "email_clicked | 2026-03-02T10:00:30.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Click/2026-03-02T10:00:30.9070259Z/1903 | email=anna@shop.test | {"message_stream":"outbound","platform":"Desktop","click_location":"HTML","client_name":"Chrome 140","client_os":"OS X 10.15","country":"RS","region":"Autonomna Pokrajina Vojvodina","city":"Novi Sad","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.8","tags":["welcome-email"]}",
      "email_clicked | 2026-03-02T10:00:30.907Z | 883953f4-6105-42a2-a16a-77a8eac79483/Click/2026-03-02T10:00:30.9070259Z/53ef | email=anna@shop.test | machine bot_user_agent | {"message_stream":"outbound","platform":"Desktop","click_location":"HTML","client_name":"Chrome 140","client_os":"OS X 10.15","country":"RS","region":"Autonomna Pokrajina Vojvodina","city":"Novi Sad","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","url":"https://shop.example/hats","user_agent":"python-requests/2.32","ip":"192.0.2.8","tags":["welcome-email"]}",
      "email_unsubscribed | 2026-03-02T10:00:41.000Z | 883953f4-6105-42a2-a16a-77a8eac79483/SubscriptionChange/2026-03-02T10:00:41Z/9e3b | email=anna@shop.test | email_marketing denied | {"message_stream":"broadcasts","server_id":23,"origin":"Recipient","suppression_reason":"ManualSuppression","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","tags":["welcome-email"]}",
      "email_unsubscribed | 2026-03-02T10:00:42.000Z | 883953f4-6105-42a2-a16a-77a8eac79483/SubscriptionChange/2026-03-02T10:00:42Z/9e3b | email=anna@shop.test | email_marketing denied | {"message_stream":"broadcasts","server_id":23,"origin":"Recipient","suppression_reason":"SpamComplaint","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","tags":["welcome-email"]}",
      "custom:SubscriptionChange | 2026-03-02T10:00:43.000Z | 883953f4-6105-42a2-a16a-77a8eac79483/SubscriptionChange/2026-03-02T10:00:43Z/9e3b | email=anna@shop.test | {"message_stream":"broadcasts","server_id":23,"origin":"Recipient","suppression_reason":"HardBounce","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","tags":["welcome-email"]}",
      "email_subscribed | 2026-03-02T10:00:44.000Z | 883953f4-6105-42a2-a16a-77a8eac79483/SubscriptionChange/2026-03-02T10:00:44Z/9e3b | email=anna@shop.test | email_marketing granted | {"message_stream":"broadcasts","server_id":23,"origin":"Recipient","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","tags":["welcome-email"]}",
      "email_subscribed | 2026-03-02T10:00:45.000Z | 00000000-0000-0000-0000-000000000000/SubscriptionChange/2026-03-02T10:00:45Z/9e3b | email=anna@shop.test | {"message_stream":"broadcasts","server_id":23,"origin":"Customer","message_id":"00000000-0000-0000-0000-000000000000","recipient":"anna@shop.test","tags":["welcome-email"]}",
      "email_rejected | 2026-03-02T10:00:31.907Z | 77 | email=bad@shop.test | {"message_stream":"outbound","server_id":23,"bounce_type":"SMTPApiError","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"bad@shop.test","subject":"Spring sale","response":"the recipient is suppressed","tags":[],"reject_reason":"blocked"}",
      "custom:Inbound | 2026-03-02T12:00:00.000Z | 73e6d360-66eb-11e1-8e72-a8904824019b/Inbound | email=anna@shop.test | {"message_stream":"inbound","mailbox_hash":"order7","message_id":"73e6d360-66eb-11e1-8e72-a8904824019b","subject":"Re: Spring sale","tags":[]}",
      "custom:ANewType | 2026-03-02T12:00:00.000Z | 883953f4-6105-42a2-a16a-77a8eac79483/ANewType//9e3b | email=anna@shop.test | {"message_stream":"outbound","message_id":"883953f4-6105-42a2-a16a-77a8eac79483","recipient":"anna@shop.test","tags":[]}",
      "dead_letter missing_time: DeliveredAt, BouncedAt, ReceivedAt, ChangedAt is missing",
      "dead_letter missing_field: RecordType",
      "dead_letter missing_field: SuppressSending",
    ]
  `)
})

const click = {
  RecordType: 'Click',
  MessageStream: 'outbound',
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  ReceivedAt: '2026-03-02T10:00:00.9070259Z',
  OriginalLink: 'https://shop.example/shoes',
  Recipient: 'anna@shop.test',
}
const idOf = (line: string | undefined): string | undefined => line?.split(' | ')[2]

const at = (time: string): string | undefined =>
  read({ ...click, ReceivedAt: time })[0]?.split(' | ')[1]

it('reads seven fractional digits and any offset', () => {
  expect(at('2026-03-02T05:00:00.9070259-05:00')).toBe('2026-03-02T10:00:00.907Z')
  expect(at('2026-03-02T10:00:00.9070259Z')).toBe('2026-03-02T10:00:00.907Z')
  expect(at('2026-03-02T10:00:00Z')).toBe('2026-03-02T10:00:00.000Z')
})

it('parts recipients of one message and links clicked together, without naming them in the id', () => {
  const lines = read([
    click,
    { ...click, Recipient: 'bob@shop.test' },
    { ...click, OriginalLink: 'https://shop.example/hats' },
    { ...click, ReceivedAt: '2026-03-02T10:00:00.9070260Z' },
    { ...click, Tag: 'added by a later version' },
  ])
  const ids = lines.map(idOf)
  expect(new Set(ids).size).toBe(4)
  expect(ids[4]).toBe(ids[0])
  expect(ids.join(' ')).not.toContain('@')
})

it('takes an id that has lost digits for none: the documentation’s own example of a bounce has such a number', () => {
  const bounce = {
    RecordType: 'Bounce',
    Type: 'HardBounce',
    Email: 'bad@shop.test',
    MessageID: click.MessageID,
    BouncedAt: click.ReceivedAt,
    ID: Number('4323372036854775807'),
  }
  const lines = read([
    bounce,
    { ...bounce },
    { ...bounce, MessageID: 'another' },
    { ...bounce, Email: 'ben@shop.test' },
    { ...bounce, ID: 42 },
  ])
  const ids = lines.map(idOf)
  expect(lines[0]).toContain('"bounce_class":"hard"')
  expect(ids[1]).toBe(ids[0])
  expect(new Set(ids).size).toBe(4)
  expect(ids[4]).toBe('42')
  expect(ids.join(' ')).not.toContain('43233720368547')
})

it('knows a bounce that states no record type, as the Bounce API lists them', () => {
  const bounce = { ID: 42, Type: 'SoftBounce', MessageID: 'm', Email: 'bad@shop.test' }
  expect(read({ ...bounce, BouncedAt: click.ReceivedAt })[0]).toContain('"bounce_class":"soft"')
  expect(detectVendor({ ...bounce, BouncedAt: click.ReceivedAt }, emailVendors)?.name).toBe(
    'postmark',
  )
})

it.each([
  [{ SuppressSending: true, SuppressionReason: 'ManualSuppression' }, 'denied'],
  [{ SuppressSending: true, SuppressionReason: 'SpamComplaint' }, 'denied'],
  [{ SuppressSending: true, SuppressionReason: 'HardBounce' }, undefined],
  [{ SuppressSending: false, SuppressionReason: null, Origin: 'Recipient' }, 'granted'],
  [{ SuppressSending: false, SuppressionReason: null, Origin: 'Customer' }, undefined],
  [{ SuppressSending: false, SuppressionReason: null, Origin: 'Admin' }, undefined],
])(
  'takes a change of subscription for an answer only where the person gave it: %j',
  (fields, answer) => {
    const change = { ...click, ...fields, RecordType: 'SubscriptionChange' }
    const consent = read(change)[0]?.match(/email_marketing (\w+)/)?.[1]
    expect(consent).toBe(answer)
  },
)

it("denies a message stream's own purpose where the pipeline file maps the stream", () => {
  const normaliser = createNormaliser({
    vendors: emailVendors,
    definition: { identity: testIdentity },
  })
  const source = {
    ...plainSource('email', 'postmark'),
    consentPurposes: { 'stream:broadcasts': 'newsletter', email_marketing: 'ads' },
  }
  const consentOf = (MessageStream: string): unknown => {
    const change = { ...click, RecordType: 'SubscriptionChange', SuppressSending: true }
    const [outcome] = normaliser.normalise(
      { ...change, MessageStream },
      source,
      epochMs(Date.parse(fixture.received_at)),
    )
    return outcome?.outcome === 'ok' ? outcome.event.consent : outcome
  }
  expect(consentOf('broadcasts')).toEqual({ newsletter: 'denied' })
  expect(consentOf('outbound')).toEqual({ ads: 'denied' })
})

it('keeps no body of an inbound message', () => {
  const [line] = read(
    asList(fixture.record)?.filter((item) => isFields(item) && 'FromFull' in item),
  )
  expect(line).toContain('custom:Inbound')
  expect(line).not.toContain('blue')
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'postmark' })
