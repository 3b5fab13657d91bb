import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { webVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/rudderstack.json', import.meta.url))

it('reads every kind of call, as libraries and the server write them', () => {
  // After these comes one call for each documented name.
  expect(
    describeOutcomes(fixture, 'web', webVendors, 'rudderstack').slice(0, 18),
  ).toMatchInlineSnapshot(`
    [
      "custom:Product Reviewed | 2026-03-02T10:01:54.558Z | 1578564113557-af022c68-429e-4af4-b99b-2b9174056383 | anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | {"review_id":"review_id_1","product_id":"product_id_1","rating":2,"review_body":"Sample Review Body","channel":"web","ip":"192.0.2.7","url":"https://shop.example/best-seller/1","path":"/best-seller/1","referrer":"https://shop.example/search?q=bestseller","search":"estore bestseller","title":"The best sellers","referring_domain":"example.com","initial_referrer":"https://shop.example/search","initial_referring_domain":"example.com","campaign":{"name":"sales campaign","source":"google","medium":"medium","term":"event data","content":"Make sense of the modern data stack"},"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.149 Safari/537.36","library":{"name":"RudderLabs JavaScript SDK","version":"2.9.1"},"locale":"en-US","screen":{"density":420,"height":1794,"width":1080,"innerHeight":200,"innerWidth":100},"session_id":1662363980287,"session_start":true}",
      "custom:Product Reviewed | 2026-03-02T10:01:53.558Z | mobile | anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | trait plan=basic | {"review_id":"review_id_1","channel":"mobile","user_agent":"Dalvik/2.1.0 (Linux; U; Android 9; Android SDK built for x86 Build/PSR1.180720.075)","app":{"name":"RudderAndroidClient","version":"1.0","build":"1"},"device":{"type":"android","id":"78c53c15-32a1-4b65-adac-bec2d7bb8fab","advertisingId":"435o4GRlm","manufacturer":"Google","model":"Android SDK built for x86","name":"generic_x86"},"library":{"name":"com.rudderstack.android.sdk.core","version":"0.1.4"},"locale":"en-US","network":{"bluetooth":false,"carrier":"Android","cellular":true,"wifi":true},"os":{"name":"Android","version":"9"},"screen":{"density":420,"height":1794,"width":1080},"timezone":"Asia/Mumbai"}",
      "identified | 2026-03-02T11:00:00.000Z | identify | user_id=27340af5c8819 email=rhedricks@shop.test | trait name=Richard Hendricks | trait logins=2 | {"channel":"web","library":{"name":"RudderLabs JavaScript SDK","version":"2.9.1"},"session_id":1662363980287}",
      "page_viewed | 2026-03-02T11:00:00.000Z | page | anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | {"title":"Home | RudderStack","url":"https://shop.example","name":"Home","channel":"web","library":{"name":"RudderLabs JavaScript SDK","version":"2.9.1"}}",
      "screen_viewed | 2026-03-02T11:00:00.000Z | screen | anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | {"automatic":true,"name":"Cart","channel":"mobile"}",
      "grouped | 2026-03-02T11:00:00.000Z | group | user_id=1hKOmRA4el9Z | {"group_id":"12345","group":{"name":"MyGroup","industry":"IT","employees":450,"plan":"basic"}}",
      "aliased | 2026-03-02T11:00:00.000Z | alias | user_id=12345 user_id=name@shop.test | {}",
      "aliased | 2026-03-02T11:00:00.000Z | alias-of-a-browser | user_id=12345 anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | {}",
      "aliased | 2026-03-02T11:00:00.000Z | merge | user_id=1hKOmRA4GRlm email=alex@shop.test phone=+4930123456 | {}",
      "custom:audiencelist | 2026-03-02T11:00:00.000Z | audience | user_id=6201002000600 anonymous_id=760bf220-046f-4c2a-ad2b-3424be593740 | {"listData":{"add":[{"email":"alex@shop.test"}],"remove":[]},"ip":"192.0.2.6","library":{"name":"RudderStack Shopify Cloud","version":"1.0.0"}}",
      "product_added | 2026-03-02T07:01:15.655Z | 4bb69e26-b5a6-446a-a140-dbb6263369c9 | email=alex@shop.test | {"ip":"[::1]"}",
      "custom:Product Purchased | 2026-03-02T11:00:00.000Z | consent | user_id=u-1 email=alex@shop.test | trait plan=Free Tier | analytics granted | functional granted | advertising denied | {"name":"Sweatshirt","price":14.99,"library":{"name":"http"}}",
      "identified | 2026-03-02T11:00:00.000Z | warehouse | user_id=u-2 email=lily@shop.test loyalty_card=card-9 | trait firstname=Lily | {"channel":"sources"}",
      "custom:Wheel Spun | 2026-03-02T11:00:00.000Z | made-up | anonymous_id=78c53c15-32a1-4b65-adac-bec2d7bb8fab | {"library":{"name":"RudderLabs JavaScript SDK","version":"2.9.1"}}",
      "custom:record | 2026-03-02T11:00:00.000Z | no-such-call | user_id=u-3 | {}",
      "dead_letter missing_field: event",
      "dead_letter missing_field: type",
      "dead_letter unsafe_number: user_id is a number beyond 2^53 and has lost digits: send it as a string",
    ]
  `)
})

const whose = (record: unknown): string | undefined => detectVendor(record, webVendors)?.name

it('is told from Segment by what the server or the library writes', () => {
  const call = { type: 'page', messageId: 'm', anonymousId: 'a' }
  const ofRudder = { library: { name: 'com.rudderstack.android.sdk.core' } }
  expect(whose({ ...call, rudderId: 'r' })).toBe('rudderstack')
  expect(whose({ ...call, context: ofRudder })).toBe('rudderstack')
  expect(whose({ ...call, context: { rudderstack: {} } })).toBe('rudderstack')
  expect(whose({ batch: [{ ...call, context: ofRudder }] })).toBe('rudderstack')
  expect(whose({ ...call, channel: 'web' })).toBe('rudderstack')
  expect(whose({ ...call, request_ip: '192.0.2.1' })).toBe('rudderstack')
  expect(whose({ ...call, context: { consentManagement: {} } })).toBe('rudderstack')
  expect(whose({ type: 'merge', messageId: 'm', mergeProperties: [] })).toBe('rudderstack')
  expect(whose({ ...call, channel: 'browser' })).toBe('segment')
  expect(whose({ ...call, context: { library: { name: 'analytics.js' } } })).toBe('segment')
  expect(whose({ batch: [call] })).toBe('segment')
})

vendorSuite({
  fixture,
  channel: 'web',
  vendors: webVendors,
  vendor: 'rudderstack',
  alike: 'segment',
})
