import { asList, type Copier, type Fields, isSafeName, own } from '#runtime/channel/core/fields.ts'
import { type Properties, putProperty } from '../calls/properties.ts'
import { listed } from './columns.ts'
import { type Enriched, entitiesOf, entityOf } from './enriched.ts'

type Names = readonly (readonly [field: string, property: string])[]

/** Columns that have a name of ours. */
const pageNames: Names = [
  ['page_url', 'url'],
  ['page_urlpath', 'path'],
  ['page_title', 'title'],
  ['page_referrer', 'referrer'],
  ['useragent', 'user_agent'],
  ['user_ipaddress', 'ip'],
  ['br_lang', 'locale'],
  ['os_timezone', 'timezone'],
  ['domain_sessionid', 'session_id'],
  ['domain_sessionidx', 'session_index'],
]

const campaignNames: Names = [
  ['mkt_campaign', 'name'],
  ['mkt_source', 'source'],
  ['mkt_medium', 'medium'],
  ['mkt_term', 'term'],
  ['mkt_content', 'content'],
  ['mkt_clickid', 'click_id'],
  ['mkt_network', 'network'],
]

const orderNames: Names = [
  ['tr_orderid', 'order_id'],
  ['tr_total', 'total'],
  ['tr_currency', 'currency'],
  ['tr_tax', 'tax'],
  ['tr_shipping', 'shipping'],
  ['tr_affiliation', 'affiliation'],
  ['ti_orderid', 'order_id'],
  ['ti_sku', 'product_id'],
  ['ti_name', 'name'],
  ['ti_category', 'category'],
  ['ti_price', 'price'],
  ['ti_quantity', 'quantity'],
  ['ti_currency', 'currency'],
]

/** Fields of the data of the older events of a cart. */
const cartEventNames: Names = [
  ['sku', 'product_id'],
  ['unitPrice', 'price'],
]

/** Columns whose meaning is read elsewhere, or that say how the event came here. */
const leftOut: ReadonlySet<string> = new Set([
  ...[...pageNames, ...campaignNames, ...orderNames].map(([column]) => column),
  ...listed(`
    event event_id event_vendor event_name event_format event_version event_fingerprint txn_id
    collector_tstamp derived_tstamp true_tstamp dvce_created_tstamp dvce_sent_tstamp etl_tstamp
    refr_dvce_tstamp load_tstamp etl_tags v_collector v_etl contexts derived_contexts
    unstruct_event user_id domain_userid network_userid user_fingerprint refr_domain_userid
  `),
])

function putNamed(out: Properties, fields: Fields, names: Names, copier: Copier): void {
  for (const [field, property] of names) putProperty(out, property, own(fields, field), copier)
}

/** The object that the other vendors of the web channel have their campaign in. */
function putCampaign(out: Properties, columns: Fields, copier: Copier): void {
  const campaign: Properties = {}
  putNamed(campaign, columns, campaignNames, copier)
  if (Object.keys(campaign).length > 0 && !Object.hasOwn(out, 'campaign'))
    out['campaign'] = campaign
}

const ecommerce = 'com_snowplowanalytics_snowplow_ecommerce'

const productNames: Names = [
  ['id', 'product_id'],
  ['name', 'name'],
  ['category', 'category'],
  ['price', 'price'],
  ['list_price', 'list_price'],
  ['quantity', 'quantity'],
  ['currency', 'currency'],
  ['brand', 'brand'],
  ['variant', 'variant'],
  ['size', 'size'],
  ['position', 'position'],
  ['creative_id', 'creative_id'],
  ['inventory_status', 'inventory_status'],
]

/** Entity of an action of e-commerce, and what of it is the event's. */
const actionEntities: readonly (readonly [entity: string, names: Names])[] = [
  [
    `${ecommerce}_transaction`,
    [
      ['transaction_id', 'order_id'],
      ['revenue', 'total'],
      ['currency', 'currency'],
      ['tax', 'tax'],
      ['shipping', 'shipping'],
      ['discount_code', 'coupon'],
      ['discount_amount', 'discount'],
      ['total_quantity', 'total_quantity'],
      ['payment_method', 'payment_method'],
    ],
  ],
  [
    `${ecommerce}_refund`,
    [
      ['transaction_id', 'order_id'],
      ['refund_amount', 'total'],
      ['currency', 'currency'],
      ['refund_reason', 'reason'],
    ],
  ],
  [
    `${ecommerce}_cart`,
    [
      ['cart_id', 'cart_id'],
      ['total_value', 'cart_total'],
      ['currency', 'currency'],
    ],
  ],
  [`${ecommerce}_checkout_step`, [['step', 'step']]],
]

/** What was bought, looked at or put into the cart: a single product by itself, several as a list of products. */
function putProducts(out: Properties, enriched: Enriched, copier: Copier): void {
  const products = entitiesOf(enriched, `${ecommerce}_product`).map((product) => {
    const named: Properties = {}
    putNamed(named, product, productNames, copier)
    return named
  })
  const [only, second] = products
  if (only === undefined) return
  if (second === undefined)
    for (const name of Object.keys(only)) putProperty(out, name, only[name], copier)
  if (!Object.hasOwn(out, 'products')) out['products'] = products
}

/** Text of which a search consists. */
function putSearch(out: Properties, { data }: Enriched, copier: Copier): void {
  const terms = (asList(own(data, 'terms')) ?? []).filter((term) => typeof term === 'string')
  if (terms.length > 0) putProperty(out, 'query', terms.join(' '), copier)
}

/** The session of a mobile app, and the view of a page, are entities. */
function putViews(out: Properties, enriched: Enriched, copier: Copier): void {
  const session = entityOf(enriched, 'com_snowplowanalytics_snowplow_client_session')
  if (session) {
    putProperty(out, 'session_id', own(session, 'sessionId'), copier)
    putProperty(out, 'session_index', own(session, 'sessionIndex'), copier)
  }
  const page = entityOf(enriched, 'com_snowplowanalytics_snowplow_web_page')
  if (page) putProperty(out, 'page_view_id', own(page, 'id'), copier)
}

/**
 * What the event's own data say under their own names, then what we have names for, then every other column and entity that is read
 * under Snowplow's (`geo_city`, `contexts_com_acme_user_1`).
 * @param name The event's in the catalogue; null: it is in none, and its data may mean anything.
 * @param read Top-level properties that somebody reads; null: all.
 */
export function readProperties(
  enriched: Enriched,
  name: string | null,
  read: ReadonlySet<string> | null,
  copier: Copier,
): Properties {
  const { columns, data, entities } = enriched
  const out: Properties = {}
  for (const field of Object.keys(data))
    if (isSafeName(field)) putProperty(out, field, data[field], copier)
  if (name === 'add_to_cart' || name === 'remove_from_cart')
    putNamed(out, data, cartEventNames, copier)
  if (name === 'site_search') putSearch(out, enriched, copier)
  for (const [column, names] of actionEntities) {
    const entity = entityOf(enriched, column)
    if (entity) putNamed(out, entity, names, copier)
  }
  putProducts(out, enriched, copier)
  putNamed(out, columns, orderNames, copier)
  putNamed(out, columns, pageNames, copier)
  putCampaign(out, columns, copier)
  putViews(out, enriched, copier)
  for (const column of Object.keys(columns))
    if ((read === null || read.has(column)) && isKept(column))
      putProperty(out, column, columns[column], copier)
  for (const [column, list] of entities)
    if (read === null || read.has(column)) putProperty(out, column, list, copier)
  return out
}

const isKept = (column: string): boolean =>
  !leftOut.has(column) &&
  !column.startsWith('contexts_') &&
  !column.startsWith('unstruct_event_') &&
  isSafeName(column)
