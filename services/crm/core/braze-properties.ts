import { type Copier, type Fields, isSafeName, own, ownText } from '#runtime/channel/core/fields.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { type Refusal, refusalOfStatus } from '#runtime/channel/core/mail/refusal.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { BrazeEvent } from './braze-event.ts'

/**
 * Fields that are no property: they have a name of ours, name the person or her device, let somebody write to it, or hold what she or
 * a machine has written.
 */
const leftOut: ReadonlySet<string> = new Set([
  'id',
  'event_type',
  'time',
  'time_ms',
  'user',
  'user_id',
  'external_user_id',
  'device_id',
  'email_address',
  'phone_number',
  'to_phone_number',
  'user_phone_number',
  'channel_identifier',
  'bsuid',
  'native_line_id',
  'orphaned_by_id',
  'ad_id',
  'ad_id_type',
  'ad_tracking_enabled',
  'push_token',
  'push_token_device_id',
  'push_to_start_token',
  'update_token',
  'web_push_token_public_key',
  'web_push_token_user_auth',
  'web_push_token_vapid_public_key',
  'message_body',
  'media_urls',
  'flow_response_json',
  'quick_reply_text',
  'message_extras',
  'input',
  'output',
  'tool_arguments',
  'raw_response',
  'properties',
  'custom_properties',
  'purchase_properties',
  'custom_attributes',
])

/** Of e-mail: fields that `mailProperties` names anew. */
const mailNames: ReadonlySet<string> = new Set([
  'dispatch_id',
  'campaign_name',
  'url',
  'user_agent',
  'bounce_reason',
  'deferral_reason',
  'machine_open',
])

/** Fields of a profile that are its traits; an update says them too, but as traits. */
const profileFields: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'gender',
  'dob',
  'timezone',
  'home_city',
  'country',
  'language',
])

/** Braze says itself which bounces are for good; the reason tells why, and whether the message was refused, not the address. */
function refusalOf(event: BrazeEvent): Partial<Refusal> | undefined {
  const told = refusalOfStatus(ownText(event.fields, 'bounce_reason'))
  switch (event.type) {
    case 'users.messages.email.Bounce':
      if (isDrop(event.fields)) return { rejectReason: 'bounced' }
      return told?.bounceClass === 'block' ? told : { bounceClass: 'hard', rejectReason: 'bounced' }
    case 'users.messages.email.SoftBounce':
      return told?.bounceClass === 'block' ? told : { bounceClass: 'soft', rejectReason: 'bounced' }
    default:
      return undefined
  }
}

/** A bounce that the mail provider did not even try: the address had bounced before. */
export const isDrop = (fields: Fields): boolean =>
  own(fields, 'is_drop') === true || own(fields, 'is_drop') === 'true'

const nothing: ReadonlySet<string> = new Set()

function mailArguments(fields: Fields): Fields {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(fields))
    if (!leftOut.has(name) && !mailNames.has(name) && isSafeName(name)) out[name] = fields[name]
  return out
}

const isMail = (type: string): boolean => type.startsWith('users.messages.email.')

function putAll(
  out: Record<string, JsonValue>,
  fields: Fields | undefined,
  skipped: readonly [ReadonlySet<string>, ReadonlySet<string>],
  copier: Copier,
): void {
  if (fields === undefined) return
  const [first, second] = skipped
  for (const name of Object.keys(fields)) {
    if (first.has(name) || second.has(name) || !isSafeName(name)) continue
    const value = copier.copy(fields[name])
    if (value !== undefined && value !== null && value !== '') out[name] = value
  }
}

/**
 * The decimal number that a price was before Avro made a `float` of it: the shortest that becomes the same float again, 19.9 and not
 * 19.899999618530273. Other numbers are as they are.
 */
function priceOf(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'number' || Number.isInteger(value) || Math.fround(value) !== value)
    return value
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return shorter
  }
  return value
}

/**
 * An event's properties: the company's own under their names, then Braze's; of an order also `total`, as our vocabulary has it.
 */
export function readProperties(event: BrazeEvent, copier: Copier): Record<string, JsonValue> {
  const { type, fields, custom } = event
  if (isMail(type))
    return mailProperties(
      {
        recipient: own(fields, 'email_address'),
        messageId: own(fields, 'dispatch_id'),
        campaign: own(fields, 'campaign_name') ?? own(fields, 'canvas_name'),
        url: own(fields, 'url'),
        userAgent: own(fields, 'user_agent'),
        response: own(fields, 'bounce_reason') ?? own(fields, 'deferral_reason'),
        refusal: refusalOf(event),
      },
      [mailArguments(fields)],
      copier,
    )
  const out: Record<string, JsonValue> = {}
  putAll(out, custom, [nothing, nothing], copier)
  const also = type === 'users.profile.Update' ? profileFields : nothing
  putAll(out, fields, [leftOut, also], copier)
  const price = type === 'users.behaviors.Purchase' ? priceOf(out['price']) : undefined
  if (price !== undefined) out['price'] = price
  const total = type === 'users.behaviors.Purchase' ? out['price'] : out['total_value']
  if (typeof total === 'number' && out['total'] === undefined) out['total'] = total
  return out
}
