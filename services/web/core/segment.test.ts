import { expect, it } from 'vitest'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { webVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/segment.json', import.meta.url))

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'web', webVendors, 'segment')).toMatchInlineSnapshot(`
    [
      "identified | 2026-03-02T11:00:00.000Z | identify | user_id=97980cfea0067 email=peter@shop.test phone=+4930123456 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | trait name=Peter Gibbons | trait plan=premium | trait logins=5 | trait address.city=Berlin | trait address.street=Am Markt 1 | {}",
      "order_completed | 2026-03-02T11:30:00.000Z | order | user_id=97980cfea0067 email=peter@shop.test | Advertising granted | Analytics denied | {"order_id":"50314b8e9bcf000000000000","total":27.5,"currency":"USD","products":[{"product_id":"507f1f77bcf86cd799439011","price":19,"quantity":1}],"url":"https://shop.example/checkout","path":"/checkout","campaign":{"name":"spring","source":"newsletter"},"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15"}",
      "product_viewed | 2026-03-02T11:59:00.000Z | viewed | anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {"product_id":"p1"}",
      "product_added | 2026-03-02T11:00:00.000Z | v1-name | anonymous_id=a | {}",
      "custom:Product List Viewed | 2026-03-02T11:00:00.000Z | no-type-of-ours | anonymous_id=a | {}",
      "custom:Wheel Spun | 2026-03-02T11:00:00.000Z | made-up | anonymous_id=a | {}",
      "page_viewed | 2026-03-02T11:00:00.000Z | page | anonymous_id=a | machine bot_user_agent | {"title":"Welcome","url":"https://shop.example/","name":"Home","user_agent":"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}",
      "screen_viewed | 2026-03-02T11:00:00.000Z | screen | anonymous_id=a | {"name":"Cart"}",
      "grouped | 2026-03-02T11:00:00.000Z | group | user_id=97980cfea0067 | {"group_id":"0e8c78ea9d97a7b8185e8632","group":{"name":"Initech","email":"office@initech.test"}}",
      "aliased | 2026-03-02T11:00:00.000Z | alias | user_id=97980cfea0067 anonymous_id=507f191e-810c-4197-29de-860ea1b20001 | {}",
      "aliased | 2026-03-02T11:00:00.000Z | alias-of-users | user_id=97980cfea0067 user_id=old-login | {}",
      "page_viewed | 2026-03-02T11:00:00.000Z | junk | user_id=undefined [builtin:undefined] anonymous_id=00000000-0000-0000-0000-000000000000 [builtin:00000000-0000-0000-0000-000000000000] | {}",
      "dead_letter future_event_time: more than 300 s after the record came",
      "dead_letter invalid_time: timestamp is no time of the format iso",
      "dead_letter missing_field: event",
    ]
  `)
})

vendorSuite({ fixture, channel: 'web', vendors: webVendors, vendor: 'segment' })
