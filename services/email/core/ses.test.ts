import { expect, it } from 'vitest'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/ses.json', import.meta.url))

const read = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'ses')

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'ses')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.012Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Send//0.9e3b | email=anna@shop.test | {"campaign":"spring","user_id":"u-1","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":["spring"]}",
      "email_sent | 2026-03-02T10:00:00.012Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Send//1.39fa | email=bob@shop.test | {"campaign":"spring","user_id":"u-1","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bob@shop.test","subject":"Spring sale","tags":["spring"]}",
      "email_rejected | 2026-03-02T10:00:00.012Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Reject//0.9e3b | email=anna@shop.test | {"reason":"Bad content","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[],"reject_reason":"blocked"}",
      "email_delivered | 2026-03-02T10:00:03.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Delivery/2026-03-02T10:00:03.669Z/0.9e3b | email=anna@shop.test user_id=u-1 | {"campaign":"spring","user_id":"u-1","colours":["red","blue"],"processing_time_ms":11893,"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","response":"250 2.6.0 Message received","tags":["spring","red","blue"]}",
      "email_bounced | 2026-03-02T10:00:04.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000004-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"General","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:04.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000004-000000/1.79ce | email=worse@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"General","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"worse@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:05.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000005-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"NoEmail","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"invalid"}",
      "email_bounced | 2026-03-02T10:00:06.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000006-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"Suppressed","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000007-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"OnAccountSuppressionList","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"Amazon SES did not send the message to this address because it is on the suppression list for your account.","tags":[],"bounce_class":"hard","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:08.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000008-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"General","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"4.4.7","response":"smtp; 421 4.4.7 try later","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:09.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000009-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"General","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.7.1","response":"smtp; 550 5.7.1 policy","tags":[],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:10.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000010-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"MailboxFull","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:11.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000011-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"MessageTooLarge","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:12.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000012-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"ContentRejected","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","tags":[],"bounce_class":"block","reject_reason":"spam"}",
      "email_bounced | 2026-03-02T10:00:13.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000013-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Transient","bounce_sub_type":"AttachmentRejected","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","tags":[],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:14.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000014-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Undetermined","bounce_sub_type":"Undetermined","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:15.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000015-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"General","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_complained | 2026-03-02T10:00:16.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Complaint/01000157c44f053c-00000016-000000/0.9e3b | email=anna@shop.test | email_marketing denied | {"complaint_feedback_type":"abuse","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "email_rejected | 2026-03-02T10:00:17.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Complaint/01000157c44f053c-00000017-000000/0.9e3b | email=anna@shop.test | {"complaint_sub_type":"OnAccountSuppressionList","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[],"reject_reason":"spam"}",
      "custom:not_spam | 2026-03-02T10:00:18.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Complaint/01000157c44f053c-00000018-000000/0.9e3b | email=anna@shop.test | {"complaint_feedback_type":"not-spam","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "email_opened | 2026-03-02T10:00:19.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Open/2026-03-02T10:00:19.669Z/0.9e3b | email=anna@shop.test | {"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148","ip":"192.0.2.1","tags":[]}",
      "email_opened | 2026-03-02T10:00:20.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Open/2026-03-02T10:00:20.669Z/0.9e3b | email=anna@shop.test | machine privacy_proxy | {"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","user_agent":"Mozilla/5.0","ip":"192.0.2.1","tags":[]}",
      "email_opened | 2026-03-02T10:00:21.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Open/2026-03-02T10:00:21.669Z/0.aa73 |  | {"user_id":"u-1","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","subject":"Spring sale","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.1","tags":[]}",
      "email_clicked | 2026-03-02T10:00:22.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Click/2026-03-02T10:00:22.669Z/0.1903 | email=anna@shop.test | {"link_tags":{"place":["top"]},"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.1","tags":[]}",
      "email_rejected | 2026-03-02T10:00:00.012Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Rendering Failure//0.9e3b | email=anna@shop.test | {"reason":"Attribute 'attributeName' is not present in the rendering data.","template":"MyTemplate","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","tags":[],"reject_reason":"other"}",
      "email_deferred | 2026-03-02T10:00:24.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/DeliveryDelay/2026-03-02T10:00:24.669Z/0.9e3b | email=anna@shop.test | {"delay_type":"TransientCommunicationFailure","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","status":"4.4.1","response":"smtp; 421 4.4.1 Unable to connect to remote host","tags":[]}",
      "email_deferred | 2026-03-02T10:00:24.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/DeliveryDelay/2026-03-02T10:00:24.669Z/1.39fa | email=bob@shop.test | {"delay_type":"TransientCommunicationFailure","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bob@shop.test","subject":"Spring sale","status":"4.4.1","response":"smtp; 421 4.4.1 Unable to connect to remote host","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:25.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Subscription/2026-03-02T10:00:25.669Z/0.9e3b | email=anna@shop.test | email_marketing denied | topic:Shoes denied | {"contact_list":"Letters","subscription_source":"UnsubscribeHeader","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:26.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Subscription/2026-03-02T10:00:26.669Z/0.9e3b | email=anna@shop.test | topic:Shoes denied | {"contact_list":"Letters","subscription_source":"UnsubscribeHeader","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:27.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Subscription/2026-03-02T10:00:27.669Z/0.9e3b | email=anna@shop.test | email_marketing granted | topic:Shoes granted | {"contact_list":"Letters","subscription_source":"UnsubscribeHeader","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "drop control: AmazonSnsSubscriptionSucceeded",
      "drop control: AmazonSnsSubscriptionSucceeded",
      "drop control: SubscriptionConfirmation",
      "drop control: UnsubscribeConfirmation",
      "email_delivered | 2026-03-02T10:00:31.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Delivery/2026-03-02T10:00:31.669Z/0.9e3b | email=anna@shop.test | {"processing_time_ms":900,"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","response":"250 OK","tags":[]}",
      "email_bounced | 2026-03-02T10:00:32.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Bounce/01000157c44f053b-00000032-000000/0.9936 | email=bad@shop.test | {"bounce_type":"Permanent","bounce_sub_type":"General","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"bad@shop.test","subject":"Spring sale","status":"5.1.1","response":"smtp; 550 5.1.1 user unknown","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "drop control: Advisor Recommendation Status Open",
      "drop control: Advisor Recommendation Status Resolved",
      "drop control: Sending Status Enabled",
      "drop control: Sending Status Disabled",
      "email_clicked | 2026-03-02T10:00:37.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Click/2026-03-02T10:00:37.669Z/0.53ef | email=anna@shop.test | machine bot_user_agent | {"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","url":"https://shop.example/hats","user_agent":"python-requests/2.32","ip":"192.0.2.1","tags":[]}",
      "email_complained | 2026-03-02T10:00:38.669Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Complaint/01000157c44f053c-00000038-000000/0.9e3b | email=anna@shop.test | email_marketing denied | {"complaint_feedback_type":"abuse","configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "custom:Received | 2026-03-02T10:00:00.012Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/Received/2026-03-02T10:00:39.669Z/0.9e3b | email=anna@shop.test | {"processing_time_ms":222,"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","subject":"Spring sale","tags":[]}",
      "custom:A New Event | 2026-03-02T10:01:00.675Z | EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000/A New Event/19ba9823-d7f2-53c1-860e-000000000040/0.9e3b | email=anna@shop.test | {"configuration_set":"ConfigSet","message_id":"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","recipient":"anna@shop.test","subject":"Spring sale","tags":[]}",
      "dead_letter unexpected_shape: a message that is no JSON object",
      "dead_letter missing_field: eventType",
      "dead_letter missing_time: timestamp is missing",
    ]
  `)
})

const mail = {
  timestamp: '2026-03-02T10:00:00.012Z',
  messageId: 'm-1',
  destination: ['anna@shop.test', 'bob@shop.test'],
  tags: { user_id: ['u-1'], 'ses:from-domain': ['shop.example'] },
}
const bounce = {
  eventType: 'Bounce',
  mail,
  bounce: {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    bouncedRecipients: [{ emailAddress: 'anna@shop.test' }, { emailAddress: 'bob@shop.test' }],
    timestamp: '2026-03-02T10:00:04.669Z',
    feedbackId: 'f-1',
  },
}
const sns = (event: object, id: string): object => ({
  Type: 'Notification',
  MessageId: id,
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
  Message: JSON.stringify(event),
  Timestamp: '2026-03-02T10:00:05.000Z',
})
const idOf = (line: string | undefined): string | undefined => line?.split(' | ')[2]
const personIn = (line: string | undefined): string | undefined => line?.split(' | ')[3]

it('makes an event of each recipient, and names no one by the tags of a message to several', () => {
  expect(read(bounce).map(personIn)).toEqual(['email=anna@shop.test', 'email=bob@shop.test'])
  const alone = { ...mail, destination: ['anna@shop.test'] }
  const open = { eventType: 'Open', open: { timestamp: '2026-03-02T10:01:00.000Z' } }
  expect(read({ ...open, mail: alone }).map(personIn)).toEqual(['email=anna@shop.test user_id=u-1'])
})

it("reads tags from the sender's header where SES adds none", () => {
  const headers = [{ name: 'X-SES-MESSAGE-TAGS', value: 'campaign=spring, user_id=u-1' }]
  const untagged = { ...mail, destination: ['anna@shop.test'], tags: undefined, headers }
  const [line] = read({ ...bounce, mail: untagged })
  expect(personIn(line)).toBe('email=anna@shop.test user_id=u-1')
  expect(line).toContain('"campaign":"spring"')
  expect(line).toContain('"tags":["spring"]')
})

it('leaves an open of a message to several without a person, since SES does not say whose it is', () => {
  const open = { eventType: 'Open', mail, open: { timestamp: '2026-03-02T10:01:00.000Z' } }
  expect(read(open).map(personIn)).toEqual([''])
})

it('gives an event one id in either form, in any envelope, and when SNS tries again', () => {
  const { eventType, ...rest } = bounce
  const feedback = { notificationType: eventType, ...rest }
  const bridge = { 'detail-type': 'Email Bounced', source: 'aws.ses', id: 'e-1', detail: bounce }
  const queued = { Records: [{ eventSource: 'aws:sqs', body: JSON.stringify(sns(bounce, 'a')) }] }
  const deep = { ...bridge, source: 'relay', detail: queued }
  const ids = [
    bounce,
    sns(bounce, 'a'),
    sns(bounce, 'a'),
    sns(feedback, 'b'),
    bridge,
    queued,
    [deep],
  ].map((record) => read(record).map(idOf))
  for (const each of ids) expect(each).toEqual(ids[0])
  expect(new Set(ids[0]).size).toBe(2)
  expect(ids.flat().join(' ')).not.toContain('@')
})

const click = (link: string): object => ({
  eventType: 'Click',
  mail,
  click: { link, timestamp: '2026-03-02T10:01:00.000Z' },
})

it('tells links that were clicked in one millisecond apart', () => {
  const [shoes, hats] = read([
    click('https://shop.example/shoes'),
    click('https://shop.example/hats'),
  ])
  expect(idOf(shoes)).not.toBe(idOf(hats))
})

it.each([
  ['Permanent', 'General', '5.7.1', 'hard'],
  ['Permanent', 'NoEmail', undefined, 'hard'],
  ['Transient', 'General', '4.4.7', 'soft'],
  ['Transient', 'General', '5.7.1', 'block'],
  ['Transient', 'MailboxFull', '5.2.2', 'soft'],
  ['Transient', 'ContentRejected', undefined, 'block'],
  ['Undetermined', 'Undetermined', '5.1.1', 'hard'],
  ['Undetermined', 'Undetermined', undefined, 'soft'],
])('classifies a bounce: %s, %s, %s', (bounceType, bounceSubType, status, expected) => {
  const bouncedRecipients = [{ emailAddress: 'anna@shop.test', status }]
  const about = { ...bounce.bounce, bounceType, bounceSubType, bouncedRecipients }
  expect(read({ ...bounce, bounce: about })[0]).toContain(`"bounce_class":"${expected}"`)
})

it('opens envelopes in each other only so deep, and takes no more recipients than a message can have', () => {
  let nested: object = bounce
  for (let i = 0; i < 8; i++) nested = sns(nested, String(i))
  expect(read(nested)).toEqual([expect.stringContaining('dead_letter unexpected_shape')])
  const bouncedRecipients = Array.from({ length: 101 }, (_, i) => ({
    emailAddress: `a${i}@shop.test`,
  }))
  const crowd = { ...bounce, bounce: { ...bounce.bounce, bouncedRecipients } }
  expect(read(crowd)).toEqual(['dead_letter unexpected_shape: more than 100 recipients'])
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'ses' })
