import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { crmVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/customerio.json', import.meta.url))

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'crm', crmVendors, 'customerio')).toMatchInlineSnapshot(`
    [
      "consent_changed | 2026-03-02T10:00:01.000Z | 01E4C4CT6YDC7Y5M7FE1GWW001 | user_id=42 email=anna@shop.test | email_marketing granted | {"tags":[]}",
      "consent_changed | 2026-03-02T10:00:02.000Z | 01E4C4CT6YDC7Y5M7FE1GWW002 | user_id=42 email=anna@shop.test | email_marketing denied | {"tags":[]}",
      "consent_changed | 2026-03-02T10:00:03.000Z | 01E4C4CT6YDC7Y5M7FE1GWW003 | user_id=42 email=anna@shop.test | topic:1 granted | topic:2 denied | {"delivery_type":"email","newsletter_id":10,"content_id":3,"tags":[]}",
      "custom:email.drafted | 2026-03-02T10:00:04.000Z | 01E4C4CT6YDC7Y5M7FE1GWW004 | user_id=43 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0004==","recipient":"{{customer.email}}","campaign":5,"subject":"Hello","tags":[]}",
      "email_deferred | 2026-03-02T10:00:05.000Z | 01E4C4CT6YDC7Y5M7FE1GWW005 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0005==","campaign":5,"response":"dial tcp: i/o timeout","tags":[]}",
      "email_sent | 2026-03-02T10:00:06.000Z | 01E4C4CT6YDC7Y5M7FE1GWW006 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0006==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_delivered | 2026-03-02T10:00:07.000Z | 01E4C4CT6YDC7Y5M7FE1GWW007 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0007==","recipient":"anna@shop.test","subject":"Thanks for signing up","tags":[]}",
      "email_deferred | 2026-03-02T10:00:08.000Z | 01E4C4CT6YDC7Y5M7FE1GWW008 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0008==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","response":"421 4.7.0 try again later","tags":[]}",
      "email_opened | 2026-03-02T10:00:09.000Z | 01E4C4CT6YDC7Y5M7FE1GWW009 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0009==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_opened | 2026-03-02T10:00:10.000Z | 01E4C4CT6YDC7Y5M7FE1GWW010 | user_id=42 email=anna@shop.test | machine machine_open | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0010==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_opened | 2026-03-02T10:00:11.000Z | 01E4C4CT6YDC7Y5M7FE1GWW011 | user_id=42 email=anna@shop.test | machine privacy_proxy | {"broadcast_id":2,"trigger_id":1,"action_id":96,"message_id":"ZAIAAVTJVG0QcCok0-0011==","recipient":"anna@shop.test","subject":"Thanks for signing up","tags":[]}",
      "email_clicked | 2026-03-02T10:00:12.000Z | 01E4C4CT6YDC7Y5M7FE1GWW012 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":1,"message_id":"ZAIAAVTJVG0QcCok0-0012==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","url":"https://shop.example/shoes","tags":[]}",
      "email_clicked | 2026-03-02T10:00:13.000Z | 01E4C4CT6YDC7Y5M7FE1GWW013 | user_id=42 email=anna@shop.test | machine machine_click | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":1,"message_id":"ZAIAAVTJVG0QcCok0-0013==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","url":"https://shop.example/shoes","tags":[]}",
      "custom:email.human_opened | 2026-03-02T10:00:14.000Z | 01E4C4CT6YDC7Y5M7FE1GWW014 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0014==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "custom:email.human_clicked | 2026-03-02T10:00:15.000Z | 01E4C4CT6YDC7Y5M7FE1GWW015 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":1,"message_id":"ZAIAAVTJVG0QcCok0-0015==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","url":"https://shop.example/shoes","tags":[]}",
      "custom:email.converted | 2026-03-02T10:00:16.000Z | 01E4C4CT6YDC7Y5M7FE1GWW016 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","conversion_event_id":"01E4C4C6P79C12J5A6KPE6XNFD","message_id":"ZAIAAVTJVG0QcCok0-0016==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_unsubscribed | 2026-03-02T10:00:17.000Z | 01E4C4CT6YDC7Y5M7FE1GWW017 | user_id=42 email=anna@shop.test | email_marketing denied | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","unsubscribe_event_id":"01E4C4C6P79C12J5A6KPE6XNFE","message_id":"ZAIAAVTJVG0QcCok0-0017==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_bounced | 2026-03-02T10:00:18.000Z | 01E4C4CT6YDC7Y5M7FE1GWW018 | user_id=44 email=bad@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0018==","recipient":"bad@shop.test","campaign":5,"subject":"Thanks for signing up","response":"550 5.1.1 no such user","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:19.000Z | 01E4C4CT6YDC7Y5M7FE1GWW019 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0019==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","response":"452 4.2.2 mailbox full","tags":[],"bounce_class":"soft","reject_reason":"bounced"}",
      "email_bounced | 2026-03-02T10:00:20.000Z | 01E4C4CT6YDC7Y5M7FE1GWW020 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0020==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","response":"Something went wrong!","tags":[],"bounce_class":"hard","reject_reason":"bounced"}",
      "email_rejected | 2026-03-02T10:00:21.000Z | 01E4C4CT6YDC7Y5M7FE1GWW021 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0021==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","response":"suppressed","tags":[],"reject_reason":"other"}",
      "email_complained | 2026-03-02T10:00:22.000Z | 01E4C4CT6YDC7Y5M7FE1GWW022 | user_id=42 email=anna@shop.test | email_marketing denied | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0022==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "email_rejected | 2026-03-02T10:00:23.000Z | 01E4C4CT6YDC7Y5M7FE1GWW023 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0023==","campaign":5,"subject":"Hello","response":"Liquid error","tags":[],"reject_reason":"other"}",
      "email_rejected | 2026-03-02T10:00:24.000Z | 01E4C4CT6YDC7Y5M7FE1GWW024 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0024==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","response":"message limit","tags":[],"reject_reason":"other"}",
      "custom:push.drafted | 2026-03-02T10:00:25.000Z | 01E4C4CT6YDC7Y5M7FE1GWW025 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0025==","campaign":5,"tags":[]}",
      "custom:push.attempted | 2026-03-02T10:00:26.000Z | 01E4C4CT6YDC7Y5M7FE1GWW026 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0026==","campaign":5,"response":"timeout","tags":[]}",
      "custom:push.sent | 2026-03-02T10:00:27.000Z | 01E4C4CT6YDC7Y5M7FE1GWW027 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0027==","campaign":5,"tags":[]}",
      "custom:push.delivered | 2026-03-02T10:00:28.000Z | 01E4C4CT6YDC7Y5M7FE1GWW028 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0028==","campaign":5,"tags":[]}",
      "custom:push.opened | 2026-03-02T10:00:29.000Z | 01E4C4CT6YDC7Y5M7FE1GWW029 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0029==","campaign":5,"tags":[]}",
      "custom:push.clicked | 2026-03-02T10:00:30.000Z | 01E4C4CT6YDC7Y5M7FE1GWW030 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":2,"message_id":"ZAIAAVTJVG0QcCok0-0030==","campaign":5,"url":"app://shoes","tags":[]}",
      "custom:push.converted | 2026-03-02T10:00:31.000Z | 01E4C4CT6YDC7Y5M7FE1GWW031 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","conversion_event_id":"c","message_id":"ZAIAAVTJVG0QcCok0-0031==","campaign":5,"tags":[]}",
      "custom:push.bounced | 2026-03-02T10:00:32.000Z | 01E4C4CT6YDC7Y5M7FE1GWW032 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0032==","campaign":5,"tags":[]}",
      "custom:push.dropped | 2026-03-02T10:00:33.000Z | 01E4C4CT6YDC7Y5M7FE1GWW033 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0033==","campaign":5,"tags":[]}",
      "custom:push.failed | 2026-03-02T10:00:34.000Z | 01E4C4CT6YDC7Y5M7FE1GWW034 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0034==","campaign":5,"response":"x","tags":[]}",
      "custom:push.undeliverable | 2026-03-02T10:00:35.000Z | 01E4C4CT6YDC7Y5M7FE1GWW035 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0035==","campaign":5,"response":"x","tags":[]}",
      "custom:in_app.drafted | 2026-03-02T10:00:36.000Z | 01E4C4CT6YDC7Y5M7FE1GWW036 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0036==","tags":[]}",
      "custom:in_app.attempted | 2026-03-02T10:00:37.000Z | 01E4C4CT6YDC7Y5M7FE1GWW037 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0037==","response":"x","tags":[]}",
      "custom:in_app.sent | 2026-03-02T10:00:38.000Z | 01E4C4CT6YDC7Y5M7FE1GWW038 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0038==","recipient":"anna@shop.test","tags":[]}",
      "custom:in_app.opened | 2026-03-02T10:00:39.000Z | 01E4C4CT6YDC7Y5M7FE1GWW039 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0039==","recipient":"anna@shop.test","tags":[]}",
      "custom:in_app.clicked | 2026-03-02T10:00:40.000Z | 01E4C4CT6YDC7Y5M7FE1GWW040 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"link_id":3,"tracked_response":"Close","message_id":"ZAIAAVTJVG0QcCok0-0040==","recipient":"42","url":"gist://close","tags":[]}",
      "custom:in_app.converted | 2026-03-02T10:00:41.000Z | 01E4C4CT6YDC7Y5M7FE1GWW041 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"conversion_event_id":"c","message_id":"ZAIAAVTJVG0QcCok0-0041==","recipient":"42","tags":[]}",
      "custom:in_app.failed | 2026-03-02T10:00:42.000Z | 01E4C4CT6YDC7Y5M7FE1GWW042 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0042==","response":"x","tags":[]}",
      "custom:in_app.undeliverable | 2026-03-02T10:00:43.000Z | 01E4C4CT6YDC7Y5M7FE1GWW043 | user_id=42 email=anna@shop.test | {"newsletter_id":10,"content_id":3,"message_id":"ZAIAAVTJVG0QcCok0-0043==","response":"x","tags":[]}",
      "custom:sms.drafted | 2026-03-02T10:00:44.000Z | 01E4C4CT6YDC7Y5M7FE1GWW044 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0044==","recipient":"{{customer.phone}}","campaign":5,"tags":[]}",
      "custom:sms.attempted | 2026-03-02T10:00:45.000Z | 01E4C4CT6YDC7Y5M7FE1GWW045 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0045==","campaign":5,"response":"x","tags":[]}",
      "custom:sms.sent | 2026-03-02T10:00:46.000Z | 01E4C4CT6YDC7Y5M7FE1GWW046 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0046==","recipient":"+4915123456789","campaign":5,"tags":[]}",
      "custom:sms.delivered | 2026-03-02T10:00:47.000Z | 01E4C4CT6YDC7Y5M7FE1GWW047 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0047==","recipient":"+4915123456789","campaign":5,"tags":[]}",
      "custom:sms.clicked | 2026-03-02T10:00:48.000Z | 01E4C4CT6YDC7Y5M7FE1GWW048 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":4,"message_id":"ZAIAAVTJVG0QcCok0-0048==","recipient":"+4915123456789","campaign":5,"url":"https://shop.example/s","tags":[]}",
      "custom:sms.converted | 2026-03-02T10:00:49.000Z | 01E4C4CT6YDC7Y5M7FE1GWW049 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","conversion_event_id":"c","message_id":"ZAIAAVTJVG0QcCok0-0049==","recipient":"+4915123456789","campaign":5,"tags":[]}",
      "custom:sms.bounced | 2026-03-02T10:00:50.000Z | 01E4C4CT6YDC7Y5M7FE1GWW050 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0050==","recipient":"+4915123456789","campaign":5,"response":"unreachable","tags":[]}",
      "custom:sms.failed | 2026-03-02T10:00:51.000Z | 01E4C4CT6YDC7Y5M7FE1GWW051 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0051==","recipient":"+4915123456789","campaign":5,"response":"x","tags":[]}",
      "custom:sms.undeliverable | 2026-03-02T10:00:52.000Z | 01E4C4CT6YDC7Y5M7FE1GWW052 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0052==","campaign":5,"response":"x","tags":[]}",
      "custom:slack.drafted | 2026-03-02T10:00:53.000Z | 01E4C4CT6YDC7Y5M7FE1GWW053 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0053==","campaign":5,"tags":[]}",
      "custom:slack.attempted | 2026-03-02T10:00:54.000Z | 01E4C4CT6YDC7Y5M7FE1GWW054 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0054==","campaign":5,"response":"x","tags":[]}",
      "custom:slack.sent | 2026-03-02T10:00:55.000Z | 01E4C4CT6YDC7Y5M7FE1GWW055 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0055==","recipient":"#sales","campaign":5,"tags":[]}",
      "custom:slack.clicked | 2026-03-02T10:00:56.000Z | 01E4C4CT6YDC7Y5M7FE1GWW056 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":5,"message_id":"ZAIAAVTJVG0QcCok0-0056==","campaign":5,"url":"https://shop.example/s","tags":[]}",
      "custom:slack.converted | 2026-03-02T10:00:57.000Z | 01E4C4CT6YDC7Y5M7FE1GWW057 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","conversion_event_id":"c","message_id":"ZAIAAVTJVG0QcCok0-0057==","campaign":5,"tags":[]}",
      "custom:slack.failed | 2026-03-02T10:00:58.000Z | 01E4C4CT6YDC7Y5M7FE1GWW058 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0058==","campaign":5,"response":"x","tags":[]}",
      "custom:slack.undeliverable | 2026-03-02T10:00:59.000Z | 01E4C4CT6YDC7Y5M7FE1GWW059 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0059==","campaign":5,"response":"x","tags":[]}",
      "custom:webhook.drafted | 2026-03-02T10:01:00.000Z | 01E4C4CT6YDC7Y5M7FE1GWW060 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0060==","campaign":5,"tags":[]}",
      "custom:webhook.attempted | 2026-03-02T10:01:01.000Z | 01E4C4CT6YDC7Y5M7FE1GWW061 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0061==","campaign":5,"response":"x","tags":[]}",
      "custom:webhook.sent | 2026-03-02T10:01:02.000Z | 01E4C4CT6YDC7Y5M7FE1GWW062 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","webhook_url":"https://hooks.shop.example/cio","message_id":"ZAIAAVTJVG0QcCok0-0062==","campaign":5,"tags":[]}",
      "custom:webhook.clicked | 2026-03-02T10:01:03.000Z | 01E4C4CT6YDC7Y5M7FE1GWW063 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","link_id":6,"message_id":"ZAIAAVTJVG0QcCok0-0063==","campaign":5,"url":"https://shop.example/s","tags":[]}",
      "custom:webhook.converted | 2026-03-02T10:01:04.000Z | 01E4C4CT6YDC7Y5M7FE1GWW064 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","conversion_event_id":"c","message_id":"ZAIAAVTJVG0QcCok0-0064==","campaign":5,"tags":[]}",
      "custom:webhook.failed | 2026-03-02T10:01:05.000Z | 01E4C4CT6YDC7Y5M7FE1GWW065 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0065==","campaign":5,"response":"x","tags":[]}",
      "custom:webhook.undeliverable | 2026-03-02T10:01:06.000Z | 01E4C4CT6YDC7Y5M7FE1GWW066 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0066==","campaign":5,"response":"x","tags":[]}",
      "contact_updated | 2026-03-02T10:02:00.000Z | people/d9c106000001/7 | user_id=42 email=anna@shop.test | trait suppressed=false | {"workspace_id":13,"internal_customer_id":"d9c106000001","deleted":false,"suppressed":false,"created_at":1600000000,"updated_at":"2026-03-02 10:02:00.000"}",
      "contact_deleted | 2026-03-02T10:02:01.000Z | people/d9c106000005/8 | user_id=45 email=emil@shop.test | {"workspace_id":13,"internal_customer_id":"d9c106000005","deleted":true,"suppressed":true,"created_at":1600000000,"updated_at":"2026-03-02T10:02:01Z"}",
      "contact_updated | 2026-03-02T10:02:02.000Z | attributes/d9c106000001/plan/9 |  | trait plan=pro | {"workspace_id":13,"internal_customer_id":"d9c106000001","attribute_name":"plan","timestamp":1772445722000000}",
      "contact_updated | 2026-03-02T10:02:03.000Z | attributes/d9c106000001/email/10 | email=anna@shop.test | {"workspace_id":13,"internal_customer_id":"d9c106000001","attribute_name":"email","timestamp":1772445723}",
      "custom:deliveries | 2026-03-02T10:02:04.000Z | deliveries/ZAIAAVTJ/11 |  | {"workspace_id":13,"delivery_id":"ZAIAAVTJ","internal_customer_id":"d9c106000001","subject_id":"s1","event_id":"e1","delivery_type":"email","campaign_id":5,"action_id":96,"created_at":1772445724000}",
      "custom:metrics | 2026-03-02T10:02:05.000Z | metrics/01E4C4CT6YDC7Y5M7FE1GWXXXX |  | {"workspace_id":13,"event_id":"01E4C4CT6YDC7Y5M7FE1GWXXXX","delivery_id":"ZAIAAVTJ","metric":"opened","created_at":1772445725}",
      "custom:subjects | 2026-03-02T10:02:06.000Z | subjects/s1/d9c106000001/13 |  | {"workspace_id":13,"subject_name":"s1","internal_customer_id":"d9c106000001","campaign_type":"segment","campaign_id":5,"started_campaign_at":1772445726,"created_at":1772445726}",
      "custom:outputs | 2026-03-02T10:02:07.000Z | outputs/o1/14 |  | {"workspace_id":13,"output_id":"o1","subject_name":"s1","output_type":"email_draft","action_id":96,"delivery_id":"ZAIAAVTJ","draft":false,"created_at":1772445727}",
      "custom:content | 2026-03-02T10:02:08.000Z | content/ZAIAAVTJ/15 |  | {"workspace_id":13,"delivery_id":"ZAIAAVTJ","type":"email","subject":"Thanks for signing up","from":"news@shop.example","created_at":1772445728}",
      "custom:whatsapp.delivered | 2026-03-02T10:01:07.000Z | 01E4C4CT6YDC7Y5M7FE1GWW067 | user_id=42 email=anna@shop.test phone=+4915123456789 | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0067==","recipient":"+4915123456789","campaign":5,"tags":[]}",
      "custom:email.a_new_metric | 2026-03-02T10:01:08.000Z | 01E4C4CT6YDC7Y5M7FE1GWW068 | user_id=42 email=anna@shop.test | {"action_id":96,"journey_id":"01GW20GXAAXBKZD8J96M8FNV3R","parent_action_id":1,"trigger_event_id":"21E4C3CT6YDC7Y4N7FE1GWWABC","message_id":"ZAIAAVTJVG0QcCok0-0068==","recipient":"anna@shop.test","campaign":5,"subject":"Thanks for signing up","tags":[]}",
      "dead_letter missing_field: metric",
      "dead_letter missing_field: object_type",
      "dead_letter missing_time: timestamp is missing",
      "dead_letter wrong_time_unit: the time is credible only as microseconds taken for milliseconds, or milliseconds for seconds",
      "dead_letter unsafe_number: identifiers.id is a number beyond 2^53 and has lost digits: send it as a string",
    ]
  `)
})

const plain = plainSource('crm', 'customerio')
const priority = ['user_id', 'cio_id', 'email', 'phone']

function read(record: unknown, source = plain, types = priority) {
  const [outcome] = createNormaliser({
    vendors: crmVendors,
    definition: { identity: identitySchema.parse({ priority: types }) },
  }).normalise(record, source, epochMs(Date.parse(fixture.received_at)))
  if (outcome?.outcome !== 'ok') throw new Error(JSON.stringify(outcome))
  return outcome.event
}

const webhook = (name: string, data: object, more: object = {}) => ({
  event_id: '01E4C4CT6YDC7Y5M7FE1GWWPQJ',
  object_type: name.split('.')[0],
  metric: name.split('.')[1],
  timestamp: 1_772_445_600,
  data,
  ...more,
})

const namesOf = (event: ReturnType<typeof read>): readonly string[] =>
  event.identifiers.map(({ type, value }) => `${type}=${value}`)

describe('the person of a webhook', () => {
  it("is the company's own id and address; Customer.io's own id where the policy has a type for it", () => {
    const event = webhook('email.opened', {
      identifiers: { id: '42', email: 'anna@shop.test', cio_id: 'd9c1' },
    })
    expect(namesOf(read(event))).toEqual(['user_id=42', 'cio_id=d9c1', 'email=anna@shop.test'])
    expect(namesOf(read(event, plain, ['user_id', 'email']))).toEqual([
      'user_id=42',
      'email=anna@shop.test',
    ])
  })
  it('is not whom a transactional message was sent to, when she has an address herself', () => {
    const data = { identifiers: { id: '42', email: 'anna@shop.test' }, recipient: 'boss@shop.test' }
    expect(namesOf(read(webhook('email.sent', data)))).toEqual([
      'user_id=42',
      'email=anna@shop.test',
    ])
    const unknown = { identifiers: { id: '42', email: null }, recipient: 'anna@shop.test' }
    expect(namesOf(read(webhook('email.sent', unknown)))).toContain('email=anna@shop.test')
  })
  it('is not the template that stands in a message not sent yet', () => {
    expect(namesOf(read(webhook('email.drafted', { recipient: '{{customer.email}}' })))).toEqual([])
  })
})

describe('an open or a click', () => {
  it("is a machine's when Customer.io says so, and a person's otherwise, whatever the mail program", () => {
    const open = (data: object) => read(webhook('email.opened', data)).machine
    expect(open({ proxied: false, prefetched: false })).toBeNull()
    expect(open({ proxied: false, prefetched: true })).toBe('machine_open')
    expect(open({ proxied: true })).toBe('privacy_proxy')
    expect(read(webhook('email.clicked', { machine: true })).machine).toBe('machine_click')
  })
})

describe('consent', () => {
  it('is what the topics and channels of the subscription centre say', () => {
    const content = JSON.stringify({
      topics: { topic_1: true, topic_2: false, topic_3: '' },
      channels: { email: false, sms: true },
    })
    const changed = { ...webhook('.cio_subscription_preferences_changed', { content }) }
    const source = {
      ...plain,
      consentPurposes: { 'topic:1': 'newsletter', 'topic:2': 'newsletter' },
    }
    expect(read(changed, source).consent).toEqual({
      newsletter: 'denied',
      email_marketing: 'denied',
      'channel:sms': 'granted',
    })
    expect(
      read(webhook('.cio_subscription_preferences_changed', { content: '{"a' })).consent,
    ).toEqual({})
  })
  it('ends with an unsubscribe or a complaint, and begins again with a subscribe', () => {
    for (const name of ['customer.unsubscribed', 'email.unsubscribed', 'email.spammed'])
      expect(read(webhook(name, {})).consent).toEqual({ email_marketing: 'denied' })
    expect(read(webhook('customer.subscribed', {})).consent).toEqual({ email_marketing: 'granted' })
  })
})

describe('a row of the data-out tables', () => {
  const row = { workspace_id: 1, delivery_id: 'd', metric: 'opened', event_id: 'e' }
  it('has a time of any unit, or text without a zone', () => {
    const at = Date.parse('2026-03-02T10:00:00Z')
    const times = [
      at / 1000,
      at,
      at * 1000,
      String(at),
      '2026-03-02 10:00:00',
      '2026-03-02T10:00:00Z',
    ]
    expect(times.map((created_at) => read({ ...row, created_at }).occurredAt)).toEqual(
      times.map(() => at),
    )
  })
  it('leaves out what was written to a person', () => {
    const event = read({
      workspace_id: 1,
      delivery_id: 'd',
      body: 'Dear Anna',
      recipient: 'anna@shop.test',
      created_at: 1_772_445_600,
    })
    expect(event.type).toBe('custom:content')
    expect(event.properties).not.toHaveProperty('body')
    expect(event.properties).not.toHaveProperty('recipient')
  })
})

it('is known by its shape without an id', () => {
  const item = { object_type: 'email', metric: 'sent', timestamp: 1772445600, data: {} }
  expect(detectVendor(item, crmVendors)?.name).toBe('customerio')
})

vendorSuite({ fixture, channel: 'crm', vendors: crmVendors, vendor: 'customerio' })
