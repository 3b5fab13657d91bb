import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { customType } from '../calls/track-names.ts'
import { listed } from './columns.ts'
import { type Enriched, entityOf, readEnriched } from './enriched.ts'

/** Documented name → our type; null: our vocabulary has none, so that it is kept as `custom:<name>`. */
type Table = Readonly<Record<string, EventType | null>>

const withoutType = (text: string): Table =>
  Object.fromEntries(listed(text).map((name) => [name, null]))

/** Events with columns of their own. https://docs.snowplow.io/docs/fundamentals/events/ */
const bakedIn: Table = {
  page_view: 'page_viewed',
  page_ping: null,
  struct: null,
  transaction: 'order_completed',
  transaction_item: null,
}

/** Self-describing events by the vendor of their schema: a company's own event may have the name of one of these. */
const described: Readonly<Record<string, Table>> = {
  // https://docs.snowplow.io/docs/events/ootb-data/
  'com.snowplowanalytics.snowplow': {
    add_to_cart: 'product_added',
    remove_from_cart: 'product_removed',
    site_search: 'searched',
    screen_view: 'screen_viewed',
    consent_preferences: 'consent_changed',
    consent_granted: 'consent_changed',
    consent_withdrawn: 'consent_changed',
    identify: 'identified',
    identity_merge: 'aliased',
    ...withoutType(`
      link_click button_click change_form focus_form submit_form social_interaction timing
      ad_impression ad_click ad_conversion application_error application_background
      application_foreground cmp_visible web_vitals media_player_event create_element
      destroy_element expose_element obscure_element
    `),
  },
  'com.snowplowanalytics.mobile': {
    screen_view: 'screen_viewed',
    ...withoutType(`
      screen_end application_install deep_link_received message_notification list_item_view
      scroll_changed
    `),
  },
  // https://docs.snowplow.io/docs/events/ootb-data/media-events/
  'com.snowplowanalytics.snowplow.media': withoutType(`
    play_event pause_event end_event ready_event ping_event error_event seek_start_event
    seek_end_event buffer_start_event buffer_end_event percent_progress_event
    fullscreen_change_event picture_in_picture_change_event playback_rate_change_event
    quality_change_event volume_change_event ad_start_event ad_break_start_event
    ad_break_end_event ad_click_event ad_complete_event ad_pause_event ad_quartile_event
    ad_resume_event ad_skip_event
  `),
  'com.snowplowanalytics.signals': withoutType(
    'intervention_receive intervention_handle intervention_handle_error',
  ),
  'com.vimeo': withoutType(`
    chapter_change_event cue_point_event interactive_hotspot_click_event
    interactive_overlay_panel_click_event text_track_change_event
  `),
  'com.apple.swiftui': withoutType(
    'open_window dismiss_window open_immersive_space dismiss_immersive_space',
  ),
}

/** Of one event, the field of its data that says what was done → our type. */
interface Actions {
  readonly field: string
  readonly actions: Table
}

const actions: Readonly<Record<string, Readonly<Record<string, Actions>>>> = {
  // https://docs.snowplow.io/docs/events/ootb-data/ecommerce-events/
  'com.snowplowanalytics.snowplow.ecommerce': {
    snowplow_ecommerce_action: {
      field: 'type',
      actions: {
        add_to_cart: 'product_added',
        remove_from_cart: 'product_removed',
        product_view: 'product_viewed',
        transaction: 'order_completed',
        refund: 'order_refunded',
        ...withoutType('list_click list_view promo_click promo_view checkout_step trns_error'),
      },
    },
  },
  // https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/ecommerce/enhanced/
  'com.google.analytics.enhanced-ecommerce': {
    action: {
      field: 'action',
      actions: {
        detail: 'product_viewed',
        add: 'product_added',
        remove: 'product_removed',
        purchase: 'order_completed',
        refund: 'order_refunded',
        ...withoutType('click view checkout checkout_option promo_click'),
      },
    },
  },
}

function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** What an event goes by in the catalogue, and whether that has it. */
export interface SnowplowName {
  readonly name: string
  readonly type: EventType
  readonly documented: boolean
}

const entry = (name: string, type: EventType | null): SnowplowName => ({
  name,
  type: type ?? customType(name),
  documented: true,
})

const actionEntry = (event: string, action: string, type: EventType | null): SnowplowName => ({
  name: `${event}: ${action}`,
  type: type ?? customType(action),
  documented: true,
})

const unknown = (name: string): SnowplowName => ({
  name,
  type: customType(name),
  documented: false,
})

/** The entries of the catalogue. An event of which one field says what was done goes by both: `snowplow_ecommerce_action: refund`. */
export const snowplowTypes: Readonly<Record<string, EventType>> = Object.fromEntries(
  [
    ...[bakedIn, ...Object.values(described)].flatMap((table) =>
      Object.entries(table).map(([name, type]) => entry(name, type)),
    ),
    ...Object.values(actions).flatMap((events) =>
      Object.entries(events).flatMap(([event, { actions: table }]) =>
        Object.entries(table).map(([action, type]) => actionEntry(event, action, type)),
      ),
    ),
  ].map(({ name, type }) => [name, type]),
)

/** Whoever does the first step of the checkout begins it. */
function typeOfAction(
  enriched: Enriched,
  action: string,
  type: EventType | null,
): EventType | null {
  if (action !== 'checkout_step') return type
  const step = entityOf(enriched, 'com_snowplowanalytics_snowplow_ecommerce_checkout_step')
  return step && own(step, 'step') === 1 ? 'checkout_started' : type
}

function nameOfDescribed(vendor: string, event: string, enriched: Enriched): SnowplowName {
  const acts = ownOf(ownOf(actions, vendor) ?? {}, event)
  const action = acts && ownText(enriched.data, acts.field)
  if (acts && action !== undefined) {
    const type = ownOf(acts.actions, action)
    return type === undefined
      ? unknown(action)
      : actionEntry(event, action, typeOfAction(enriched, action, type))
  }
  const type = ownOf(ownOf(described, vendor) ?? {}, event)
  return type === undefined ? unknown(event) : entry(event, type)
}

/** undefined: the event states neither what it is nor its schema's name. */
export function snowplowName(enriched: Enriched): SnowplowName | undefined {
  const { columns } = enriched
  const event = ownText(columns, 'event')
  const name = ownText(columns, 'event_name')
  if (event !== undefined && event !== 'unstruct') {
    const type = ownOf(bakedIn, event)
    return type === undefined ? unknown(event) : entry(event, type)
  }
  return name === undefined
    ? undefined
    : nameOfDescribed(ownText(columns, 'event_vendor') ?? '', name, enriched)
}

/** The name of an item in the catalogue. */
export function nameOfItem(item: Fields): string | undefined {
  const enriched = readEnriched(item)
  return 'reject' in enriched ? undefined : snowplowName(enriched)?.name
}
