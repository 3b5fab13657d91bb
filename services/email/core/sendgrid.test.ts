import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { emailVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/sendgrid.json', import.meta.url))

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'email', emailVendors, 'sendgrid')).toMatchInlineSnapshot(`
    [
      "email_sent | 2026-03-02T10:00:00.000Z | rbtnWrG1DVDGGGFHFyun0A== | email=anna@shop.test | {"marketing_campaign_name":"Spring sale","smtp_id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","message_id":"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.000000000000000000000","recipient":"anna@shop.test","campaign":"Spring sale","tags":["newsletter"]}",
      "email_deferred | 2026-03-02T10:00:01.000Z | t7LEShmowp86DTdUW8M-GQ== | email=anna@shop.test | {"attempt":"5","domain":"shop.test","from":"news@shop.example","smtp_id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","response":"400 try again later","tags":["newsletter"]}",
      "email_delivered | 2026-03-02T10:00:02.000Z | rWVYmVk90MjZJ9iohOBa3w== | email=anna@shop.test | {"tls":1,"smtp_id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","ip":"192.0.2.1","response":"250 OK","tags":["newsletter"]}",
      "email_opened | 2026-03-02T10:00:03.000Z | FOTFFO0ecsBE-zxFXfs6WA== | email=anna@shop.test | {"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","user_agent":"Mozilla/4.0 (compatible; MSIE 6.1; Windows XP; .NET CLR 1.1.4322; .NET CLR 2.0.50727)","ip":"192.0.2.2","tags":["newsletter"]}",
      "email_opened | 2026-03-02T10:00:04.000Z | machine | email=anna@shop.test | machine machine_open | {"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","user_agent":"Mozilla/5.0","tags":[]}",
      "email_clicked | 2026-03-02T10:00:05.000Z | kCAi1KttyQdEKHhdC-nuEA== | email=anna@shop.test | {"url_offset":{"index":0,"type":"html"},"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","url":"https://shop.example/shoes?utm_source=news","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36","ip":"192.0.2.2","tags":[]}",
      "email_bounced | 2026-03-02T10:00:06.000Z | 6g4ZI7SA-xmRDv57GoPIPw== | email=bad@shop.test | {"bounce_classification":"Invalid Address","reason":"500 unknown recipient","tls":0,"smtp_id":"<x>","message_id":"m2","recipient":"bad@shop.test","status":"5.0.0","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:07.000Z | blocked | email=bad@shop.test | {"bounce_classification":"Reputation","reason":"554 blocked","message_id":"m3","recipient":"bad@shop.test","status":"5.7.1","tags":[],"bounce_class":"block","reject_reason":"blocked"}",
      "email_bounced | 2026-03-02T10:00:08.000Z | expired | email=bad@shop.test | {"reason":"unable to get mx info","message_id":"m4","recipient":"bad@shop.test","tags":[],"bounce_class":"soft","reject_reason":"timed_out"}",
      "email_rejected | 2026-03-02T10:00:09.000Z | zmzJhfJgAfUSOW80yEbPyw== | email=bad@shop.test | {"reason":"Bounced Address","smtp_id":"<x>","message_id":"m5","recipient":"bad@shop.test","status":"5.0.0","tags":[],"reject_reason":"bounced"}",
      "email_complained | 2026-03-02T10:00:10.000Z | 37nvH5QBz858KGVYCM4uOA== | email=anna@shop.test | email_marketing denied | {"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:11.000Z | zz_BjPgU_5pS-J8vlfB1sg== | email=anna@shop.test | email_marketing denied | {"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:12.000Z | ahSCB7xYcXFb-hEaawsPRw== | email=anna@shop.test | group:10 denied | {"asm_group_id":10,"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","url":"https://shop.example/preferences","user_agent":"Mozilla/4.0 (compatible; MSIE 6.1)","ip":"192.0.2.2","tags":[]}",
      "email_subscribed | 2026-03-02T10:00:13.000Z | w_u0vJhLT-OFfprar5N93g== | email=anna@shop.test | group:10 granted | {"asm_group_id":10,"message_id":"14c5d75ce93.dfd.64b469","recipient":"anna@shop.test","tags":[]}",
      "custom:account_status_change | 2026-03-02T10:00:14.000Z | MjEzNTg5OTcyOC10ZXJtaW5hdGUtMTcwNDY2ODk4MQ |  | {"tags":[]}",
      "custom:a_new_type | 2026-03-02T10:00:15.000Z | new | email=anna@shop.test user_id=u-1 | {"user_id":"u-1","campaign":"spring","recipient":"anna@shop.test","tags":[]}",
    ]
  `)
})

const open = { event: 'open', email: 'anna@shop.test', timestamp: 1772445600 }

const tell = (told: unknown): string | undefined =>
  describeOutcomes(
    { received_at: fixture.received_at, record: { ...open, sg_machine_open: told } },
    'email',
    emailVendors,
    'sendgrid',
  )[0]

it('takes an open for a machine’s when SendGrid says so, as a flag or as its text', () => {
  expect(tell(true)).toContain('machine machine_open')
  expect(tell('true')).toContain('machine machine_open')
  expect(tell(false)).not.toContain('machine')
  expect(tell('false')).not.toContain('machine')
})

it('is known by its shape without its ids', () => {
  expect(detectVendor(open, emailVendors)?.name).toBe('sendgrid')
  expect(detectVendor({ ...open, timestamp: undefined }, emailVendors)).toBeUndefined()
})

vendorSuite({ fixture, channel: 'email', vendors: emailVendors, vendor: 'sendgrid' })
