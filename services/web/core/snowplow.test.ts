import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { asList } from '#runtime/channel/core/fields.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { fuzzVendor } from '../../../test/support/channel/fuzz.ts'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { webVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/snowplow.json', import.meta.url))

it('reads events of every kind out of the JSON of the Analytics SDK', () => {
  // After these comes one event for each name that is documented beside.
  expect(
    describeOutcomes(fixture, 'web', webVendors, 'snowplow').slice(0, 52),
  ).toMatchInlineSnapshot(`
    [
      "page_viewed | 2026-03-02T10:00:03.886Z | c6ef3124-b53a-4b13-a233-0088f79dcbcb | user_id=jon.doe@shop.test anonymous_id=bc2e92ec6c204a14 anonymous_id=ecdff4d0-9175-40ac-a8bb-325c49733607 | {"url":"https://shop.example/product/index.html?id=GTM-DLRG","path":"/product/index.html","title":"On Analytics","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15","ip":"192.0.2.54","locale":"en-US","timezone":"Europe/Berlin","session_id":"2b15e5c8-d3b1-11e4-b9d6-1681e6b88ec1","session_index":3,"campaign":{"name":"spring","source":"search","medium":"cpc","term":"hats","content":"ad-1","click_id":"gclid-1","network":"DoubleClick"},"page_view_id":"8ac2d67e-163e-4d3c-9a1e-f5c3f1a0b001","app_id":"angry-birds","platform":"web","name_tracker":"cloudfront-1","v_tracker":"js-2.1.0","geo_country":"US","geo_region":"TX","geo_city":"New York","geo_zipcode":"94109","geo_latitude":37.443604,"geo_longitude":-122.4124,"geo_region_name":"Florida","page_urlscheme":"https","page_urlhost":"shop.example","page_urlport":443,"page_urlquery":"id=GTM-DLRG","br_features_pdf":true,"br_features_flash":false,"dvce_ismobile":false,"dvce_screenwidth":1900,"geo_location":"37.443604,-122.4124","contexts_org_schema_web_page_1":[{"_schema_version":"1-0-0","genre":"blog","inLanguage":"en-US","keywords":["snowplow","tracker"]}],"contexts_com_snowplowanalytics_snowplow_web_page_1":[{"_schema_version":"1-0-0","id":"8ac2d67e-163e-4d3c-9a1e-f5c3f1a0b001"}],"contexts_com_iab_snowplow_spiders_and_robots_1":[{"_schema_version":"1-0-0","category":"BROWSER","primaryImpact":null,"reason":"PASSED_ALL","spiderOrRobot":false}]}",
      "custom:page_ping | 2026-03-02T10:00:01.000Z | c6ef3124-b53a-4b13-a233-000000000001 | anonymous_id=bc2e92ec6c204a14 | {"url":"https://shop.example/","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","pp_xoffset_min":0,"pp_xoffset_max":10,"pp_yoffset_min":5,"pp_yoffset_max":200}",
      "custom:struct | 2026-03-02T10:00:02.000Z | c6ef3124-b53a-4b13-a233-000000000002 | anonymous_id=bc2e92ec6c204a14 | {"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","se_category":"ecomm","se_action":"add-to-basket","se_label":"pbz00123","se_property":"large","se_value":9.99}",
      "order_completed | 2026-03-02T10:00:03.000Z | c6ef3124-b53a-4b13-a233-000000000003 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"order_id":"#134","total":12.99,"currency":"USD","tax":3,"shipping":0,"affiliation":"web","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","tr_city":"London","tr_state":"Washington","tr_country":"France","tr_total_base":11.5,"base_currency":"EUR"}",
      "custom:transaction_item | 2026-03-02T10:00:04.000Z | c6ef3124-b53a-4b13-a233-000000000004 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"order_id":"#134","product_id":"pbz00123","name":"Cone pendulum","category":"New Age","price":9.99,"quantity":2,"currency":"EUR","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:link_click | 2026-03-02T10:00:05.000Z | c6ef3124-b53a-4b13-a233-000000000005 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"targetUrl":"https://shop.example/shoes","elementClasses":["foreground"],"elementId":"exampleLink","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "product_added | 2026-03-02T10:00:06.000Z | c6ef3124-b53a-4b13-a233-000000000006 | anonymous_id=bc2e92ec6c204a14 | {"sku":"pbz00123","name":"Cone pendulum","category":"New Age","unitPrice":9.99,"quantity":2,"currency":"USD","product_id":"pbz00123","price":9.99,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "product_removed | 2026-03-02T10:00:07.000Z | c6ef3124-b53a-4b13-a233-000000000007 | anonymous_id=bc2e92ec6c204a14 | {"sku":"pbz00123","unitPrice":9.99,"quantity":1,"product_id":"pbz00123","price":9.99,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "product_viewed | 2026-03-02T10:00:08.000Z | c6ef3124-b53a-4b13-a233-000000000008 | anonymous_id=bc2e92ec6c204a14 | {"type":"product_view","product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"}]}",
      "product_added | 2026-03-02T10:00:09.000Z | c6ef3124-b53a-4b13-a233-000000000009 | anonymous_id=bc2e92ec6c204a14 | {"type":"add_to_cart","cart_id":"c-1","cart_total":24,"currency":"EUR","product_id":"1236","category":"Hats","price":12,"quantity":2,"brand":"Snowplow","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"}],"contexts_com_snowplowanalytics_snowplow_ecommerce_cart_1":[{"_schema_version":"1-0-0","cart_id":"c-1","currency":"EUR","total_value":24}]}",
      "product_removed | 2026-03-02T10:00:10.000Z | c6ef3124-b53a-4b13-a233-000000000010 | anonymous_id=bc2e92ec6c204a14 | {"type":"remove_from_cart","product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"}]}",
      "custom:list_view | 2026-03-02T10:00:11.000Z | c6ef3124-b53a-4b13-a233-000000000011 | anonymous_id=bc2e92ec6c204a14 | {"type":"list_view","name":"shop the look","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"},{"product_id":"1237","name":"Scarf","category":"Scarves","price":20,"quantity":1,"currency":"EUR"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"},{"_schema_version":"1-0-0","id":"1237","name":"Scarf","category":"Scarves","price":20,"quantity":1,"currency":"EUR"}]}",
      "custom:list_click | 2026-03-02T10:00:12.000Z | c6ef3124-b53a-4b13-a233-000000000012 | anonymous_id=bc2e92ec6c204a14 | {"type":"list_click","name":"shop the look","product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"}]}",
      "custom:promo_view | 2026-03-02T10:00:13.000Z | c6ef3124-b53a-4b13-a233-000000000013 | anonymous_id=bc2e92ec6c204a14 | {"type":"promo_view","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_promotion_1":[{"_schema_version":"1-0-0","id":"p-1","name":"Spring"}]}",
      "custom:promo_click | 2026-03-02T10:00:14.000Z | c6ef3124-b53a-4b13-a233-000000000014 | anonymous_id=bc2e92ec6c204a14 | {"type":"promo_click","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_promotion_1":[{"_schema_version":"1-0-0","id":"p-1","name":"Spring"}]}",
      "checkout_started | 2026-03-02T10:00:15.000Z | c6ef3124-b53a-4b13-a233-000000000015 | anonymous_id=bc2e92ec6c204a14 | {"type":"checkout_step","step":1,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_1":[{"_schema_version":"1-0-0","step":1,"account_type":"guest"}]}",
      "custom:checkout_step | 2026-03-02T10:00:16.000Z | c6ef3124-b53a-4b13-a233-000000000016 | anonymous_id=bc2e92ec6c204a14 | {"type":"checkout_step","step":2,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_1":[{"_schema_version":"1-0-0","step":2,"delivery_method":"dhl"}]}",
      "order_completed | 2026-03-02T10:00:17.000Z | c6ef3124-b53a-4b13-a233-000000000017 | anonymous_id=bc2e92ec6c204a14 user_id=U12345 email=john@shop.test | {"type":"transaction","order_id":"TtlZ3b","total":44,"currency":"EUR","shipping":1,"coupon":"SPRING","total_quantity":3,"payment_method":"BNPL","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"},{"product_id":"1237","name":"Scarf","category":"Scarves","price":20,"quantity":1,"currency":"EUR"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1":[{"_schema_version":"1-0-0","transaction_id":"TtlZ3b","currency":"EUR","payment_method":"BNPL","revenue":44,"total_quantity":3,"shipping":1,"tax":null,"discount_code":"SPRING"}],"contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"},{"_schema_version":"1-0-0","id":"1237","name":"Scarf","category":"Scarves","price":20,"quantity":1,"currency":"EUR"}],"contexts_com_snowplowanalytics_snowplow_ecommerce_user_1":[{"_schema_version":"1-0-0","id":"U12345","email":"John@shop.test","is_guest":true}]}",
      "order_refunded | 2026-03-02T10:00:18.000Z | c6ef3124-b53a-4b13-a233-000000000018 | anonymous_id=bc2e92ec6c204a14 | {"type":"refund","order_id":"TtlZ3b","total":12,"currency":"EUR","reason":"return","product_id":"1236","category":"Hats","price":12,"quantity":2,"brand":"Snowplow","products":[{"product_id":"1236","category":"Hats","price":12,"quantity":2,"currency":"EUR","brand":"Snowplow"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_refund_1":[{"_schema_version":"1-0-0","transaction_id":"TtlZ3b","currency":"EUR","refund_amount":12,"refund_reason":"return"}],"contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":[{"_schema_version":"1-0-0","id":"1236","name":null,"category":"Hats","price":12,"list_price":null,"quantity":2,"brand":"Snowplow","currency":"EUR"}]}",
      "custom:trns_error | 2026-03-02T10:00:19.000Z | c6ef3124-b53a-4b13-a233-000000000019 | anonymous_id=bc2e92ec6c204a14 | {"type":"trns_error","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_error_1":[{"_schema_version":"1-0-0","error_code":"E123","error_type":"soft"}]}",
      "product_viewed | 2026-03-02T10:00:20.000Z | c6ef3124-b53a-4b13-a233-000000000020 | anonymous_id=bc2e92ec6c204a14 | {"action":"detail","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "product_added | 2026-03-02T10:00:21.000Z | c6ef3124-b53a-4b13-a233-000000000021 | anonymous_id=bc2e92ec6c204a14 | {"action":"add","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "product_removed | 2026-03-02T10:00:22.000Z | c6ef3124-b53a-4b13-a233-000000000022 | anonymous_id=bc2e92ec6c204a14 | {"action":"remove","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "order_completed | 2026-03-02T10:00:23.000Z | c6ef3124-b53a-4b13-a233-000000000023 | anonymous_id=bc2e92ec6c204a14 | {"action":"purchase","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "order_refunded | 2026-03-02T10:00:24.000Z | c6ef3124-b53a-4b13-a233-000000000024 | anonymous_id=bc2e92ec6c204a14 | {"action":"refund","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:click | 2026-03-02T10:00:25.000Z | c6ef3124-b53a-4b13-a233-000000000025 | anonymous_id=bc2e92ec6c204a14 | {"action":"click","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:view | 2026-03-02T10:00:26.000Z | c6ef3124-b53a-4b13-a233-000000000026 | anonymous_id=bc2e92ec6c204a14 | {"action":"view","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:checkout | 2026-03-02T10:00:27.000Z | c6ef3124-b53a-4b13-a233-000000000027 | anonymous_id=bc2e92ec6c204a14 | {"action":"checkout","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:checkout_option | 2026-03-02T10:00:28.000Z | c6ef3124-b53a-4b13-a233-000000000028 | anonymous_id=bc2e92ec6c204a14 | {"action":"checkout_option","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:promo_click | 2026-03-02T10:00:29.000Z | c6ef3124-b53a-4b13-a233-000000000029 | anonymous_id=bc2e92ec6c204a14 | {"action":"promo_click","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "searched | 2026-03-02T10:00:30.000Z | c6ef3124-b53a-4b13-a233-000000000030 | anonymous_id=bc2e92ec6c204a14 | {"terms":["unified","log"],"filters":{"category":"books"},"totalResults":14,"pageResults":8,"query":"unified log","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:31.000Z | c6ef3124-b53a-4b13-a233-000000000031 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | necessary granted | preferences granted | statistics granted | {"eventType":"allow_selected","basisForProcessing":"consent","consentScopes":["necessary","preferences","statistics"],"consentUrl":"https://shop.example/","consentVersion":"1","domainsApplied":["https://shop.example/"],"gdprApplies":false,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:32.000Z | c6ef3124-b53a-4b13-a233-000000000032 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | necessary basis | {"eventType":"allow_all","basisForProcessing":"legitimate_interests","consentScopes":["necessary"],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:33.000Z | c6ef3124-b53a-4b13-a233-000000000033 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | all denied | {"eventType":"deny_all","basisForProcessing":"consent","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:34.000Z | c6ef3124-b53a-4b13-a233-000000000034 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | statistics denied | {"eventType":"withdrawn","basisForProcessing":"consent","consentScopes":["statistics"],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:35.000Z | c6ef3124-b53a-4b13-a233-000000000035 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"eventType":"pending","basisForProcessing":"consent","consentScopes":["statistics"],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "consent_changed | 2026-03-02T10:00:36.000Z | c6ef3124-b53a-4b13-a233-000000000036 | anonymous_id=bc2e92ec6c204a14 | document:terms granted | {"expiry":"2030-01-01T00:00:00Z","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_consent_document_1":[{"_schema_version":"1-0-0","id":"terms","version":"2","name":"Terms"}]}",
      "consent_changed | 2026-03-02T10:00:37.000Z | c6ef3124-b53a-4b13-a233-000000000037 | anonymous_id=bc2e92ec6c204a14 | document:terms denied | all denied | {"all":true,"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_consent_document_1":[{"_schema_version":"1-0-0","id":"terms","version":"2"}]}",
      "identified | 2026-03-02T10:00:38.000Z | c6ef3124-b53a-4b13-a233-000000000038 | anonymous_id=bc2e92ec6c204a14 user_id=2c5ba856-ee07-47b5-a3a6-63100026ed63 email=john.doe@shop.test | {"id":"2c5ba856-ee07-47b5-a3a6-63100026ed63","email":"john.doe@shop.test","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "aliased | 2026-03-02T10:00:39.000Z | c6ef3124-b53a-4b13-a233-000000000039 | anonymous_id=bc2e92ec6c204a14 | {"snowplow_id":"sp_abcdefabcdefabcdefabcdefab","created_at":"2024-01-15T10:30:00.000Z","merges":["sp_zyxwvuzyxwvuzyxwvuzyxwvuzy"],"merged":[{"snowplow_id":"sp_zyxwvuzyxwvuzyxwvuzyxwvuzy","created_at":"2024-01-10T08:00:00.000Z","merged_at":"2024-01-15T10:30:00.000Z","triggering_event_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890"}],"app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "screen_viewed | 2026-03-02T10:00:40.000Z | c6ef3124-b53a-4b13-a233-000000000040 | anonymous_id=00000000-0000-0000-0000-000000000000 [builtin:00000000-0000-0000-0000-000000000000] anonymous_id=7a62ec9d-2aa0-4426-b014-eba2d0dcfebb | {"name":"Screen 2","type":"feed","id":"024629F0-6B9B-440C-82D4-DB3CF9D31533","previousName":"Screen 1","previousId":"86ffd23c-b844-4ed4-aae9-7796b8b6f1e4","previousType":"feed","transitionType":"push","session_id":"bca0fa0e-853c-41cf-9cc4-15048f6f0ff5","session_index":7,"app_id":"shop","platform":"mob","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_client_session_1":[{"_schema_version":"1-0-2","sessionIndex":7,"sessionId":"bca0fa0e-853c-41cf-9cc4-15048f6f0ff5","previousSessionId":"fa008142-c427-4289-8424-6fb2b6576692","userId":"7a62ec9d-2aa0-4426-b014-eba2d0dcfebb","firstEventId":"1548BE58-4CE7-4A32-A5E8-2696ECE941F4","eventIndex":66,"storageMechanism":"SQLITE","firstEventTimestamp":"2022-01-01T00:00:00Z"}],"contexts_com_snowplowanalytics_snowplow_mobile_context_1":[{"_schema_version":"1-0-3","deviceManufacturer":"Apple","deviceModel":"iPhone","osType":"ios","osVersion":"17","appleIdfa":"7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB"}]}",
      "page_viewed | 2026-03-02T10:00:41.000Z | c6ef3124-b53a-4b13-a233-000000000041 | anonymous_id=bc2e92ec6c204a14 | machine spider_or_robot | {"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_iab_snowplow_spiders_and_robots_1":[{"spiderOrRobot":true,"category":"SPIDER_OR_ROBOT","reason":"FAILED_UA_INCLUDE","primaryImpact":"UNKNOWN"}]}",
      "page_viewed | 2026-03-02T10:00:42.000Z | c6ef3124-b53a-4b13-a233-000000000042 | anonymous_id=bc2e92ec6c204a14 | machine bot_user_agent | {"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","br_type":"Robot"}",
      "page_viewed | 2026-03-02T10:00:43.000Z | c6ef3124-b53a-4b13-a233-000000000043 | anonymous_id=bc2e92ec6c204a14 | machine bot_user_agent | {"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_nl_basjes_yauaa_context_1":[{"deviceClass":"Robot Mobile"}]}",
      "page_viewed | 2026-03-02T10:00:44.000Z | c6ef3124-b53a-4b13-a233-000000000044 | anonymous_id=bc2e92ec6c204a14 | machine automated_browser | {"app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_snowplowanalytics_snowplow_client_side_bot_detection_1":[{"bot":true,"kind":"headless_chrome"}]}",
      "page_viewed | 2026-03-02T10:00:45.000Z | c6ef3124-b53a-4b13-a233-000000000045 | anonymous_id=bc2e92ec6c204a14 | machine bot_user_agent | {"user_agent":"Mozilla/5.0 (compatible; Googlebot/2.1; +https://shop.example/bot.html)","app_id":"shop","platform":"web","v_tracker":"js-3.24.0"}",
      "custom:add_to_cart | 2026-03-02T10:00:46.000Z | c6ef3124-b53a-4b13-a233-000000000046 | anonymous_id=bc2e92ec6c204a14 | {"sku":"s-1","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_acme_user_1":[{"tier":"gold"}]}",
      "custom:wheel_spun | 2026-03-02T10:00:47.000Z | c6ef3124-b53a-4b13-a233-000000000047 | anonymous_id=bc2e92ec6c204a14 | {"prize":"hat","app_id":"shop","platform":"web","v_tracker":"js-3.24.0","contexts_com_acme_user_profile_2":[{"tier":"gold"}]}",
      "dead_letter missing_field: event",
      "dead_letter missing_field: collector_tstamp",
      "dead_letter invalid_field: contexts is no JSON object",
      "dead_letter unsafe_number: user_id is a number beyond 2^53 and has lost digits: send it as a string",
    ]
  `)
})

describe('lines of text', () => {
  const { received_at } = fixture
  const text = readFileSync(new URL('fixtures/snowplow.tsv', import.meta.url), 'utf8')
  const tell = (record: unknown): readonly string[] =>
    describeOutcomes({ received_at, record }, 'web', webVendors, 'snowplow')

  it('are events by their columns; newer columns do no harm, too few make a dead letter', () => {
    expect(tell(text).map((line) => line.slice(0, 150))).toMatchInlineSnapshot(`
      [
        "page_viewed | 2026-03-02T10:00:03.886Z | c6ef3124-b53a-4b13-a233-0088f79dcbcb | user_id=jon.doe@shop.test anonymous_id=bc2e92ec6c204a14 anonymous_id=e",
        "order_completed | 2026-03-02T10:00:03.000Z | c6ef3124-b53a-4b13-a233-000000000003 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"order_id":"#134","to",
        "custom:link_click | 2026-03-02T10:00:05.000Z | c6ef3124-b53a-4b13-a233-000000000005 | user_id=u-1 anonymous_id=bc2e92ec6c204a14 | {"targetUrl":"https:",
        "dead_letter unexpected_shape: 100 columns of a line that has 131",
      ]
    `)
  })
  it('tell the same as the JSON that the Analytics SDK makes of them', () => {
    const json = asList(fixture.record) ?? []
    const ofJson = tell([json[0], json[3], json[5]]).map((line) =>
      line.replaceAll('"_schema_version":"1-0-0",', '').replace(/"geo_location":"[^"]*",/, ''),
    )
    expect(tell(text).slice(0, 3)).toEqual(ofJson)
  })
  it('may be lines of JSON', () => {
    const json = asList(fixture.record) ?? []
    expect(tell(`${JSON.stringify(json[0])}\n{"half of\n`)).toEqual([
      ...tell([json[0]]),
      'dead_letter unexpected_shape: a line that sets out to be JSON and is none',
    ])
  })
  it('are known by their columns', () => {
    expect(detectVendor(text, webVendors)?.name).toBe('snowplow')
    expect(detectVendor(text.slice(0, 200), webVendors)).toBeUndefined()
  })
  it('survive having pieces cut out, doubled and replaced', { timeout: 120_000 }, () => {
    const { survivors, deadLetters } = fuzzVendor(
      {
        fixture: { received_at, record: text },
        channel: 'web',
        vendors: webVendors,
        vendor: 'snowplow',
      },
      { runs: 10_000 },
    )
    expect(survivors).toBeGreaterThan(300)
    expect(deadLetters).toBeGreaterThan(300)
  })
})

it('is a device of its own where the identity policy tells the ids of a browser apart', () => {
  const identity = identitySchema.parse({
    priority: ['user_id', 'domain_userid', 'ios_idfa', 'snowplow_id', 'anonymous_id'],
  })
  const normaliser = createNormaliser({ vendors: webVendors, definition: { identity } })
  const source = plainSource('web', 'snowplow')
  const identifiersOf = (item: unknown): readonly string[] =>
    normaliser
      .normalise(item, source, epochMs(Date.parse(fixture.received_at)))
      .flatMap((outcome) => (outcome.outcome === 'ok' ? outcome.event.identifiers : []))
      .map(({ type, value }) => `${type}=${value}`)
  const [page] = asList(fixture.record) ?? []
  expect(identifiersOf(page)).toEqual([
    'user_id=jon.doe@shop.test',
    'domain_userid=bc2e92ec6c204a14',
    'anonymous_id=ecdff4d0-9175-40ac-a8bb-325c49733607',
  ])
})

vendorSuite({ fixture, channel: 'web', vendors: webVendors, vendor: 'snowplow' })
