import {
  asList,
  type Fields,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'

/** What carried an event: its id and time stand in for an event's own. */
export interface Carrier {
  readonly id?: string | undefined
  readonly at?: string | undefined
}

/** What one envelope held. `name` is undefined where it states no type; `unreadable` says why it could not be opened. */
export interface Opened {
  readonly name?: string | undefined
  readonly event: Fields
  readonly carrier: Carrier
  readonly unreadable?: string
}

/** A list of EventBridge around a Lambda's records around SQS around SNS around SES is ten steps, lists and texts counted. */
const stepsMax = 12

const snsTypes: ReadonlySet<unknown> = new Set([
  'Notification',
  'SubscriptionConfirmation',
  'UnsubscribeConfirmation',
])

export const isSns = (item: Fields): boolean =>
  snsTypes.has(own(item, 'Type')) &&
  (own(item, 'TopicArn') !== undefined || own(item, 'Message') !== undefined)

export const isEventBridge = (item: Fields): boolean =>
  ownText(item, 'detail-type') !== undefined && own(item, 'detail') !== undefined

export const typeOf = (item: Fields): string | undefined =>
  ownText(item, 'eventType') ?? ownText(item, 'notificationType')

/** SNS's plain sentence after SES has tried a topic, where its JSON would be. */
const validated = 'Successfully validated SNS topic for Amazon SES event publishing.'

const none: Fields = {}
const unreadable = (why: string, carrier: Carrier): Opened => ({
  event: none,
  carrier,
  unreadable: why,
})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Everything that an envelope of envelopes holds, in its order. */
export function openEnvelope(
  entry: unknown,
  out: Opened[],
  carrier: Carrier = {},
  depth = 0,
): void {
  if (depth > stepsMax) {
    out.push(unreadable(`envelopes in each other, more than ${stepsMax} deep`, carrier))
    return
  }
  if (typeof entry === 'string') {
    const parsed = parse(entry)
    if (isFields(parsed) || Array.isArray(parsed)) openEnvelope(parsed, out, carrier, depth + 1)
    else out.push(unreadable('a message that is no JSON object', carrier))
    return
  }
  const list = asList(entry)
  if (list) for (const each of list) openEnvelope(each, out, carrier, depth + 1)
  else if (isFields(entry)) openFields(entry, out, carrier, depth)
  else out.push(unreadable('no object', carrier))
}

function openFields(entry: Fields, out: Opened[], carrier: Carrier, depth: number): void {
  const name = typeOf(entry)
  if (name !== undefined) {
    out.push({ name, event: entry, carrier })
    return
  }
  if (isSns(entry)) {
    openSns(entry, out, depth)
    return
  }
  if (isEventBridge(entry)) {
    openEventBridge(entry, out, depth)
    return
  }
  // A Lambda's records: of SNS, or of SQS; or the message of a queue by itself.
  const inner =
    asList(own(entry, 'Records')) ??
    ownFields(entry, 'Sns') ??
    ownText(entry, 'body') ??
    ownText(entry, 'Body')
  if (inner === undefined) out.push({ event: entry, carrier })
  else openEnvelope(inner, out, carrier, depth + 1)
}

function openSns(sns: Fields, out: Opened[], depth: number): void {
  const carrier: Carrier = { id: ownText(sns, 'MessageId'), at: ownText(sns, 'Timestamp') }
  const type = ownText(sns, 'Type')
  const message = own(sns, 'Message')
  if (type !== 'Notification') out.push({ name: type, event: none, carrier })
  else if (typeof message === 'string' && message.trim() === validated)
    out.push({ name: 'AmazonSnsSubscriptionSucceeded', event: none, carrier })
  else openEnvelope(message, out, carrier, depth + 1)
}

function openEventBridge(bridge: Fields, out: Opened[], depth: number): void {
  const carrier: Carrier = { id: ownText(bridge, 'id'), at: ownText(bridge, 'time') }
  const detail = own(bridge, 'detail')
  const inside = isFields(detail) && typeOf(detail) === undefined && !isSns(detail)
  if (inside && own(bridge, 'source') === 'aws.ses')
    out.push({ name: ownText(bridge, 'detail-type'), event: detail, carrier })
  else openEnvelope(detail, out, carrier, depth + 1)
}
