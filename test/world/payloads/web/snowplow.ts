import type { Random } from '../../random.ts'
import { entryOf, type Told } from '../told.ts'
import type { WebAct } from './segment.ts'

// Columns and schemas: Snowplow, canonical event model and enriched TSV; com.snowplowanalytics.snowplow/add_to_cart. Places count from 0.
const columns = 131
const places = {
  app_id: 0,
  platform: 1,
  etl_tstamp: 2,
  collector_tstamp: 3,
  dvce_created_tstamp: 4,
  event: 5,
  event_id: 6,
  v_tracker: 9,
  user_id: 12,
  domain_userid: 15,
  page_url: 29,
  page_urlpath: 35,
  unstruct_event: 58,
  useragent: 77,
  derived_tstamp: 124,
  event_vendor: 125,
  event_name: 126,
  event_format: 127,
  event_version: 128,
} as const

/** 2026-03-01 12:00:00.123, UTC without saying so. */
const stamp = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1)

/** A page view, or a product put into the cart. */
export function snowplowEvent(random: Random, act: WebAct): Told {
  const { product, quantity } = act
  const eventId = random.uuid()
  const userId = act.signedIn ? act.person.userId : null
  const isAdd = act.kind === 'add'
  const values: Partial<Record<keyof typeof places, string>> = {
    app_id: 'shop',
    platform: 'web',
    etl_tstamp: stamp(act.at + 2000),
    collector_tstamp: stamp(act.at + 300),
    dvce_created_tstamp: stamp(act.at),
    event: isAdd ? 'unstruct' : 'page_view',
    event_id: eventId,
    v_tracker: 'js-4.6.0',
    user_id: userId ?? '',
    domain_userid: act.cookie,
    page_url: `https://shop.example/${product.category}`,
    page_urlpath: `/${product.category}`,
    unstruct_event: isAdd ? addToCart(act) : '',
    useragent: act.device.userAgent,
    derived_tstamp: stamp(act.at),
    event_vendor: 'com.snowplowanalytics.snowplow',
    event_name: isAdd ? 'add_to_cart' : 'page_view',
    event_format: 'jsonschema',
    event_version: '1-0-0',
  }
  return {
    payload: values,
    entry: entryOf(act, {
      id: eventId,
      source: 'snowplow',
      channel: 'web',
      type: isAdd ? 'product_added' : 'page_viewed',
      identifiers: [
        ...(userId === null ? [] : [['user_id', userId] as const]),
        ['anonymous_id', act.cookie],
      ],
      sharedDevice: act.device.shared,
      properties: isAdd
        ? { category: product.category, price: product.price, quantity, currency: 'EUR' }
        : {},
    }),
  }
}

function addToCart({ product, quantity }: WebAct): string {
  return JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: {
      schema: 'iglu:com.snowplowanalytics.snowplow/add_to_cart/jsonschema/1-0-0',
      data: {
        sku: product.id,
        category: product.category,
        unitPrice: product.price,
        quantity,
        currency: 'EUR',
      },
    },
  })
}

/** Lines of 131 columns, as enrichment writes them. */
export function snowplowLines(list: readonly object[]): string {
  return list.map(line).join('\n')
}

function line(values: object): string {
  const row = Array.from({ length: columns }, () => '')
  const byName = new Map<string, unknown>(Object.entries(values))
  for (const [name, place] of Object.entries(places)) {
    const value = byName.get(name)
    if (typeof value === 'string') row[place] = value
  }
  return row.join('\t')
}
