import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { asList, isFields } from '#runtime/channel/core/fields.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/sparkpost.json', import.meta.url))

const read = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'sparkpost')

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'sparkpost')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:01.000Z | 92356927693800001 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "email_delivered | 2026-03-02T10:00:02.000Z | 92356927693800002 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","num_retries":"0","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "email_deferred | 2026-03-02T10:00:03.000Z | 92356927693800003 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","num_retries":"1","rcpt_type":"to","transactional":"0","bounce_code":"21","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"454","response":"454 4.4.4 [internal] no MX or A for domain","tags":["newsletter","US"]}",
      "email_bounced | 2026-03-02T10:00:04.000Z | 92356927693800004 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"1","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"550","response":"550 5.7.1 policy","tags":["newsletter","US"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:05.000Z | 92356927693800005 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"10","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"550","response":"550 5.1.1 <...@...>: Recipient address rejected: User unknown","tags":["newsletter","US"],"bounce_class":"hard","reject_reason":"invalid"}",
      "email_bounced | 2026-03-02T10:00:06.000Z | 92356927693800006 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"22","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"552","response":"552 5.2.2 mailbox full","tags":["newsletter","US"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.000Z | 92356927693800007 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"24","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"451","response":"message timed out","tags":["newsletter","US"],"bounce_class":"soft","reject_reason":"timed_out"}",
      "email_bounced | 2026-03-02T10:00:08.000Z | 92356927693800008 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"25","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"554","response":"554 5.7.1 failed by policy","tags":["newsletter","US"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:09.000Z | 92356927693800009 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"50","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"550","response":"550 5.7.1 blocked","tags":["newsletter","US"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:10.000Z | 92356927693800010 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"52","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"550","response":"550 5.7.1 spam content","tags":["newsletter","US"],"bounce_class":"block","reject_reason":"spam"}",
      "custom:auto_reply | 2026-03-02T10:00:11.000Z | 92356927693800011 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"60","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"250","response":"vacation reply","tags":["newsletter","US"]}",
      "email_subscribed | 2026-03-02T10:00:12.000Z | 92356927693800012 | email=anna@shop.test user_id=u-1 | email_marketing granted | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"80","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"250","response":"subscribe","tags":["newsletter","US"]}",
      "email_unsubscribed | 2026-03-02T10:00:13.000Z | 92356927693800013 | email=anna@shop.test user_id=u-1 | email_marketing denied | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"90","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"250","response":"unsubscribe","tags":["newsletter","US"]}",
      "custom:challenge_response | 2026-03-02T10:00:14.000Z | 92356927693800014 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"100","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"250","response":"challenge","tags":["newsletter","US"]}",
      "email_bounced | 2026-03-02T10:00:15.000Z | 92356927693800015 | email=anna@shop.test | {"transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"10","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"550","response":"550 5.1.1 no such user","tags":["newsletter","US"],"bounce_class":"hard","reject_reason":"invalid"}",
      "email_rejected | 2026-03-02T10:00:16.000Z | 92356927693800016 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","bounce_code":"25","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"554","response":"554 5.7.1 recipient address was suppressed due to system policy","tags":["newsletter","US"],"reject_reason":"blocked"}",
      "email_complained | 2026-03-02T10:00:17.000Z | 92356927693800017 | email=anna@shop.test user_id=u-1 | email_marketing denied | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","complaint_feedback_type":"abuse","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "custom:not_spam | 2026-03-02T10:00:18.000Z | 92356927693800018 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","complaint_feedback_type":"not-spam","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "custom:sms_status | 2026-03-02T10:00:19.000Z | content:K59Yz6HBzOh3o4VrjxwiqBXpJKLNbmf_V8x3rGuhml8 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","sms_stat_type":"SMSC Delivery","sms_stat_state":"Delivered","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:20.000Z | 92356927693800020 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:21.000Z | 92356927693800021 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","initial_open":true,"message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:22.000Z | 92356927693800022 | email=anna@shop.test user_id=u-1 | machine prefetched | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:23.000Z | 92356927693800023 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_clicked | 2026-03-02T10:00:24.000Z | 92356927693800024 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","link_name":"Shoes","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:25.000Z | 92356927693800025 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","amp":true,"message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:26.000Z | 92356927693800026 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","initial_open":true,"amp":true,"message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_clicked | 2026-03-02T10:00:27.000Z | 92356927693800027 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","link_name":"Hats","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","amp":true,"message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","url":"https://shop.example/hats","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_rejected | 2026-03-02T10:00:30.000Z | 0e5cf1fc-cb36-4c39-b695-3651b6ea6563 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"554","response":"554 5.3.3 [internal] Error while rendering part html","tags":["newsletter","US"],"reject_reason":"other"}",
      "email_rejected | 2026-03-02T10:00:29.000Z | 92356927693800029 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","status":"554","response":"554 5.7.1 recipient address suppressed due to customer policy","tags":["newsletter","US"],"reject_reason":"blocked"}",
      "email_unsubscribed | 2026-03-02T10:00:30.000Z | 92356927693800030 | email=anna@shop.test user_id=u-1 | email_marketing denied | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "email_unsubscribed | 2026-03-02T10:00:31.000Z | 92356927693800031 | email=anna@shop.test user_id=u-1 | email_marketing denied | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","link_name":"Unsubscribe","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","url":"https://shop.example/unsubscribe","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "custom:relay_injection | 2026-03-02T10:00:32.000Z | 92356927693800032 | email=anna@shop.test | {"subaccount_id":"101","tags":[]}",
      "custom:relay_rejection | 2026-03-02T10:00:33.000Z | 92356927693800033 | email=anna@shop.test | {"subaccount_id":"101","status":"550","response":"MAIL REFUSED - IP (192.0.2.1) is in black list","tags":[]}",
      "custom:relay_delivery | 2026-03-02T10:00:34.000Z | 92356927693800034 | email=anna@shop.test | {"subaccount_id":"101","num_retries":"0","tags":[]}",
      "custom:relay_tempfail | 2026-03-02T10:00:35.000Z | 92356927693800035 | email=anna@shop.test | {"subaccount_id":"101","num_retries":"2","status":"554","response":"connection refused","tags":[]}",
      "custom:relay_permfail | 2026-03-02T10:00:36.000Z | 92356927693800036 | email=anna@shop.test | {"subaccount_id":"101","num_retries":"2","status":"554","response":"connection refused","tags":[]}",
      "custom:relay_message | 2026-03-02T12:00:00.000Z | content:6iCO0AOL4mJ7btn1KcbRubW9OaqyAQ2KVuHD8F5CIsw | email=anna@shop.test | {"message_id":"<in-1@mail.shop.test>","subject":"Re: Spring sale","size":71,"tags":[]}",
      "custom:ab_test_completed | 2026-03-02T10:00:37.000Z | 92356927693800037 |  | {"subaccount_id":"101","ab_test_id":"spring-test","ab_test_name":"Spring test","winning_template_id":"b","tags":[]}",
      "custom:ab_test_cancelled | 2026-03-02T10:00:38.000Z | 92356927693800038 |  | {"subaccount_id":"101","ab_test_id":"spring-test","ab_test_name":"Spring test","winning_template_id":"b","tags":[]}",
      "drop control: the outcome of a batch that was uploaded",
      "drop control: the outcome of a batch that was uploaded",
      "drop control: an empty test batch",
      "email_delivered | 2026-03-02T10:00:39.000Z | 92356927693800039 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "email_opened | 2026-03-02T10:00:40.000Z | 92356927693800040 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","client_name":"Chrome","client_os":"macOS","device":"Mac","country":"US","region":"MD","city":"Columbia","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.20","tags":["newsletter","US"]}",
      "email_delivered | 2026-03-02T10:00:50.000Z | from-the-api | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "custom:a_new_type | 2026-03-02T10:00:42.000Z | 92356927693800042 | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","customKey":"customValue","transmission_id":"65832150921904138","template_id":"templ-1234","template_version":"1","subaccount_id":"101","mailbox_provider":"Gmail","rcpt_type":"to","transactional":"0","message_id":"000443ee14578172be22","recipient":"Anna@shop.test","campaign":"Spring sale","subject":"Spring sale","tags":["newsletter","US"]}",
      "dead_letter missing_field: type",
      "dead_letter missing_time: timestamp is missing",
      "dead_letter unsafe_number: event_id is a number beyond 2^53 and has lost digits: send it as a string",
    ]
  `)
})

const wrapped = (wrapper: string, event: object): object => ({
  msys: {
    [wrapper]: {
      event_id: '92356927693813856',
      timestamp: '1772445600',
      raw_rcpt_to: 'Anna@shop.test',
      rcpt_to: 'anna@shop.test',
      ...event,
    },
  },
})

it('drops the empty batch that tests a webhook, and what became of uploaded events', () => {
  expect(read([{ msys: {} }])).toEqual([expect.stringContaining('drop control')])
  const fared = read([wrapped('ingest_event', { type: 'success' })])
  expect(fared).toEqual([expect.stringContaining('drop control')])
})

it.each([
  ['1772445600', '2026-03-02T10:00:00.000Z'],
  [1772445600, '2026-03-02T10:00:00.000Z'],
  ['2026-03-02T10:00:00.250Z', '2026-03-02T10:00:00.250Z'],
  ['2026-03-02T11:00:00.250+01:00', '2026-03-02T10:00:00.250Z'],
])('reads seconds and ISO: %s', (timestamp, expected) => {
  const [line] = read([wrapped('message_event', { type: 'delivery', timestamp })])
  expect(line?.split(' | ')[1]).toBe(expected)
})

it.each([
  ['10', '', 'email_bounced', 'hard'],
  [10, '', 'email_bounced', 'hard'],
  ['30', '', 'email_bounced', 'hard'],
  ['20', '550 5.7.1 the class wins', 'email_bounced', 'soft'],
  ['22', '', 'email_bounced', 'soft'],
  ['70', '', 'email_bounced', 'soft'],
  ['25', '', 'email_bounced', 'block'],
  ['51', '', 'email_bounced', 'block'],
  ['54', '', 'email_bounced', 'block'],
  ['1', '550 5.1.1 no such user', 'email_bounced', 'hard'],
  ['1', 'no code at all', 'email_bounced', 'soft'],
  ['60', '', 'custom:auto_reply', undefined],
  ['90', '', 'email_unsubscribed', undefined],
  ['100', '', 'custom:challenge_response', undefined],
])('classifies a bounce of class %s: %s', (bounce_class, reason, type, expected) => {
  const [line] = read([wrapped('message_event', { type: 'bounce', bounce_class, reason })])
  expect(line?.split(' | ')[0]).toBe(type)
  expect(line?.match(/"bounce_class":"(\w+)"/)?.[1]).toBe(expected)
})

it("keeps the receiving server's answer without the address in it", () => {
  const reason = '550 5.1.1 <...@...> unknown'
  const raw_reason = '550 5.1.1 <anna@shop.test> unknown'
  const bounce = { type: 'bounce', bounce_class: '10', reason, raw_reason }
  expect(read([wrapped('message_event', bounce)])[0]).toContain(reason)
})

it('is about who wrote an inbound message, and keeps no body of it', () => {
  const relayed = asList(fixture.record)?.filter(
    (item) => isFields(item) && JSON.stringify(item).includes('relay_message'),
  )
  const [line] = read(relayed)
  expect(line).toContain('email=anna@shop.test')
  expect(line).not.toContain('blue')
})

const relay = (id: string): object => ({
  msys: {
    relay_message: {
      msg_from: 'anna@shop.test',
      content: { headers: [{ 'Message-ID': id }], subject: 'Hello' },
    },
  },
})

it('tells two inbound messages of one writer apart', () => {
  const ids = read([relay('<1@a>'), relay('<2@a>'), relay('<1@a>')]).map(
    (line) => line.split(' | ')[2],
  )
  expect(new Set(ids).size).toBe(2)
})

it('is known by its shape outside of its envelope, as the events API lists it', () => {
  const item = { type: 'delivery', event_id: '1', rcpt_to: 'anna@shop.test', timestamp: 1772445600 }
  expect(detectVendor(item, emailVendors)?.name).toBe('sparkpost')
  expect(detectVendor({ results: [item] }, emailVendors)?.name).toBe('sparkpost')
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'sparkpost' })
