import { expect, it } from 'vitest'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/resend.json', import.meta.url))

const describeRecord = (record: unknown): readonly string[] =>
  describeOutcomes({ received_at: fixture.received_at, record }, 'email', emailVendors, 'resend')

const partsOf = (record: unknown, part: number): readonly (string | undefined)[] =>
  describeRecord(record).map((line) => line.split(' | ')[part])

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'resend')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.126Z | email.sent/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:00.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","smtp_id":"<111-222-333@email.shop.example>","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_sent | 2026-03-02T10:00:01.126Z | email.sent/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:01.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","user_id":"u-1","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email","u-1"]}",
      "email_sent | 2026-03-02T10:00:01.126Z | email.sent/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:01.126Z/ben@shop.test | email=ben@shop.test | {"category":"confirm_email","user_id":"u-1","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"ben@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email","u-1"]}",
      "custom:email.scheduled | 2026-03-02T10:00:02.126Z | email.scheduled/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:02.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_delivered | 2026-03-02T10:00:03.126Z | email.delivered/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:03.126Z/anna@shop.test | email=anna@shop.test | {"from":"Shop <news@shop.example>","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","subject":"Sending this example","tags":[]}",
      "email_deferred | 2026-03-02T10:00:04.126Z | email.delivery_delayed/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:04.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_complained | 2026-03-02T10:00:05.126Z | email.complained/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:05.126Z/anna@shop.test | email=anna@shop.test | email_marketing denied | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_bounced | 2026-03-02T10:00:06.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:06.126Z/bad@shop.test | email=bad@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","bounce_type":"Permanent","bounce_sub_type":"Suppressed","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"bad@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"The recipient's email address is on the suppression list because it has a recent history of producing hard bounces.","tags":["confirm_email"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:07.126Z/bad@shop.test | email=bad@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","bounce_type":"Permanent","bounce_sub_type":"General","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"bad@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"smtp; 550 5.1.1 user unknown","tags":["confirm_email"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:08.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:08.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","bounce_type":"Transient","bounce_sub_type":"MailboxFull","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"The recipient's inbox was full.","tags":["confirm_email"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:09.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:09.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","bounce_type":"Undetermined","bounce_sub_type":"Undetermined","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"The recipient's email provider sent a bounce message.","tags":["confirm_email"],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:10.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:10.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"The recipient's email provider sent a hard bounce message, but didn't specify the reason for the hard bounce.","tags":["confirm_email"],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:11.126Z | email.bounced/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:11.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"Resend has suppressed sending to this address because it is on the account-level suppression list.","tags":["confirm_email"],"bounce_class":"block","reject_reason":"blocked"}",
      "email_opened | 2026-03-02T10:00:12.126Z | email.opened/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:12.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_opened | 2026-03-02T10:00:13.000Z | email.opened/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:13.126Z/anna@shop.test | email=anna@shop.test | machine privacy_proxy | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","user_agent":"Mozilla/5.0","ip":"192.0.2.9","tags":["confirm_email"]}",
      "email_clicked | 2026-03-02T10:00:13.577Z | email.clicked/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:14.126Z/anna@shop.test/39e3 | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","url":"https://shop.example/shoes","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.1","tags":["confirm_email"]}",
      "email_rejected | 2026-03-02T10:00:15.126Z | email.failed/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:15.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"reached_daily_quota","tags":["confirm_email"],"reject_reason":"other"}",
      "email_rejected | 2026-03-02T10:00:16.126Z | email.suppressed/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:16.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","suppressed_type":"OnAccountSuppressionList","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","response":"Resend has suppressed sending to this address because it is on the account-level suppression list.","tags":["confirm_email"],"reject_reason":"blocked"}",
      "custom:email.received | 2026-03-02T10:00:17.126Z | email.received/56761188-7520-42d8-8898-ff6fc54ce619/2026-03-02T10:00:17.126Z/ | email=anna@shop.test | {"from":"Anna Muster <anna@shop.test>","smtp_id":"<example+123@shop.test>","message_id":"56761188-7520-42d8-8898-ff6fc54ce619","recipient":["service@shop.example"],"subject":"A question","tags":[]}",
      "contact_created | 2026-03-02T10:00:18.126Z | contact.created/e169aa45-1ecf-4183-9955-b1499d5701d3/2026-03-02T10:00:18.126Z | email=anna@shop.test | trait first_name=Anna | trait last_name=Muster | {"id":"e169aa45-1ecf-4183-9955-b1499d5701d3","audience_id":"78261eea-8f8b-4381-83c6-79fa7120f1cf","segment_ids":["78261eea-8f8b-4381-83c6-79fa7120f1cf"],"updated_at":"2026-03-02T10:00:18.126Z","unsubscribed":false,"recipient":"anna@shop.test","tags":[]}",
      "contact_updated | 2026-03-02T10:00:19.126Z | contact.updated/e169aa45-1ecf-4183-9955-b1499d5701d3/2026-03-02T10:00:19.126Z | email=anna@shop.test | trait first_name=Anna | trait last_name=Muster | email_marketing denied | {"id":"e169aa45-1ecf-4183-9955-b1499d5701d3","audience_id":"78261eea-8f8b-4381-83c6-79fa7120f1cf","segment_ids":["78261eea-8f8b-4381-83c6-79fa7120f1cf"],"updated_at":"2026-03-02T10:00:19.126Z","unsubscribed":true,"recipient":"anna@shop.test","tags":[]}",
      "contact_updated | 2026-03-02T10:00:20.126Z | contact.updated/e169aa45-1ecf-4183-9955-b1499d5701d3/2026-03-02T10:00:20.126Z | email=anna@shop.test | trait first_name=Annika | trait last_name=Muster | {"id":"e169aa45-1ecf-4183-9955-b1499d5701d3","audience_id":"78261eea-8f8b-4381-83c6-79fa7120f1cf","segment_ids":["78261eea-8f8b-4381-83c6-79fa7120f1cf"],"updated_at":"2026-03-02T10:00:20.126Z","unsubscribed":false,"recipient":"anna@shop.test","tags":[]}",
      "contact_deleted | 2026-03-02T10:00:21.126Z | contact.deleted/e169aa45-1ecf-4183-9955-b1499d5701d3/2026-03-02T10:00:21.126Z | email=anna@shop.test | {"id":"e169aa45-1ecf-4183-9955-b1499d5701d3","audience_id":"78261eea-8f8b-4381-83c6-79fa7120f1cf","segment_ids":["78261eea-8f8b-4381-83c6-79fa7120f1cf"],"updated_at":"2026-03-02T10:00:21.126Z","unsubscribed":false,"recipient":"anna@shop.test","tags":[]}",
      "drop control: about a domain of the sender",
      "drop control: about a domain of the sender",
      "drop control: about a domain of the sender",
      "custom:suppression.added | 2026-03-02T10:00:25.126Z | suppression.added/b0b1c2d3-0000-4000-8000-000000000001/2026-03-02T10:00:25.126Z | email=anna@shop.test | {"id":"b0b1c2d3-0000-4000-8000-000000000001","origin":"bounce","source_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","tags":[]}",
      "custom:suppression.added | 2026-03-02T10:00:26.126Z | suppression.added/b0b1c2d3-0000-4000-8000-000000000001/2026-03-02T10:00:26.126Z | email=anna@shop.test | email_marketing denied | {"id":"b0b1c2d3-0000-4000-8000-000000000001","origin":"complaint","source_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","tags":[]}",
      "custom:suppression.removed | 2026-03-02T10:00:27.126Z | suppression.removed/b0b1c2d3-0000-4000-8000-000000000001/2026-03-02T10:00:27.126Z | email=anna@shop.test | {"id":"b0b1c2d3-0000-4000-8000-000000000001","origin":"manual","recipient":"anna@shop.test","tags":[]}",
      "custom:email.a_new_type | 2026-03-02T10:00:28.126Z | email.a_new_type/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02T10:00:28.126Z/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "custom:topic.a_new_type | 2026-03-02T10:00:29.126Z | topic.a_new_type/t-1/2026-03-02T10:00:29.126Z | email=anna@shop.test | {"id":"t-1","recipient":"anna@shop.test","tags":[]}",
      "email_sent | 2026-03-02T10:00:30.126Z | email.sent/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02 10:00:30.126+00/ |  | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "email_sent | 2026-03-02T10:00:31.000Z | email.sent/56761188-7520-42d8-8898-ff6fc54ce618/2026-03-02 10:00:31/anna@shop.test | email=anna@shop.test | {"category":"confirm_email","from":"Shop <news@shop.example>","template_id":"43f68331-0622-4e15-8202-246a0388854b","message_id":"56761188-7520-42d8-8898-ff6fc54ce618","recipient":"anna@shop.test","campaign":"8b146471-e88e-4322-86af-016cd36fd216","subject":"Sending this example","tags":["confirm_email"]}",
      "dead_letter missing_field: data",
      "dead_letter missing_field: type",
      "dead_letter missing_time: created_at is missing",
    ]
  `)
})

const click = {
  type: 'email.clicked',
  created_at: '2026-03-02T10:00:00.000Z',
  data: {
    email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
    to: ['anna@shop.test'],
    click: { link: 'https://shop.example/a' },
  },
}

it('makes one event for each recipient, each with an id of its own', () => {
  const to = ['anna@shop.test', 'Ben <ben@shop.test>', 'carla@shop.test']
  const shared = { ...click, type: 'email.delivered', data: { ...click.data, to } }
  expect(partsOf(shared, 3)).toEqual([
    'email=anna@shop.test',
    'email=ben@shop.test',
    'email=carla@shop.test',
  ])
  expect(new Set(partsOf(shared, 2)).size).toBe(3)
})

it('names no one by the tags of a message to several, who would become one person by them', () => {
  const sent = { ...click, type: 'email.sent', data: { ...click.data, tags: { user_id: 'u-1' } } }
  const to = ['anna@shop.test', 'ben@shop.test']
  expect(partsOf(sent, 3)).toEqual(['email=anna@shop.test user_id=u-1'])
  expect(partsOf({ ...sent, data: { ...sent.data, to } }, 3)).toEqual([
    'email=anna@shop.test',
    'email=ben@shop.test',
  ])
})

it('leaves an open or a click of a message to several without a person, since Resend does not say whose it is', () => {
  const to = ['anna@shop.test', 'ben@shop.test']
  const shared = { ...click, data: { ...click.data, to } }
  expect(partsOf(shared, 3)).toEqual([''])
  expect(partsOf({ ...shared, type: 'email.opened' }, 3)).toEqual([''])
  expect(partsOf(click, 3)).toEqual(['email=anna@shop.test'])
})

it('knows a retry by its body, and tells apart links, times and messages', () => {
  const ids = partsOf(
    [
      click,
      { ...click, created_at: '2026-03-02T10:00:00.001Z' },
      { ...click, data: { ...click.data, click: { link: 'https://shop.example/b' } } },
      { ...click, data: { ...click.data, email_id: 'another' } },
      { ...click, type: 'email.opened' },
    ],
    2,
  )
  expect(new Set(ids).size).toBe(5)
  expect(partsOf({ ...click }, 2)).toEqual([ids[0]])
})

it('refuses a message to more people than Resend can write to at once', () => {
  const to = Array.from({ length: 101 }, (_, i) => `p${i}@shop.test`)
  expect(describeRecord({ ...click, data: { ...click.data, to } })).toEqual([
    'dead_letter too_many_events: to names more than 100 recipients',
  ])
})

const classOf = (bounce: object): string | undefined =>
  /"bounce_class":"(\w+)"/.exec(
    describeRecord({ ...click, type: 'email.bounced', data: { ...click.data, bounce } })[0] ?? '',
  )?.[1]

it('calls a bounce of a suppressed address as hard as its type says', () => {
  expect(classOf({ type: 'Permanent', subType: 'Suppressed' })).toBe('hard')
  expect(classOf({ type: 'Permanent', subType: 'OnAccountSuppressionList' })).toBe('hard')
  expect(classOf({ type: 'Permanent', subType: 'ContentRejected' })).toBe('block')
  expect(classOf({ type: 'Transient', subType: 'General' })).toBe('soft')
})

it('takes a contact who is not unsubscribed for one who has not answered', () => {
  const contact = {
    type: 'contact.updated',
    created_at: click.created_at,
    data: { id: 'c-1', email: 'anna@shop.test', unsubscribed: false },
  }
  expect(describeRecord(contact)[0]).not.toMatch(/granted|denied/)
  const unsubscribed = { ...contact, data: { ...contact.data, unsubscribed: true } }
  expect(describeRecord(unsubscribed)[0]).toContain('email_marketing denied')
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'resend' })
