import { type Copier, type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import { brevoRefusal } from './brevo-types.ts'
import { jsonFields, otherFields } from './sender-text.ts'

/** Fields that have a name of ours, or say nothing beside it. `id` is the webhook's, not the event's. */
const ownNames: ReadonlySet<string> = new Set([
  'event',
  'email',
  'id',
  'date',
  'date_event',
  'ts',
  'ts_event',
  'ts_epoch',
  's_epoch',
  'message-id',
  'X-Mailin-custom',
  'tag',
  'tags',
  'campaign name',
  'subject',
  'link',
  'URL',
  'user_agent',
  'reason',
])

/** The header `X-Mailin-custom` of a message: the sender's JSON, Brevo's own `name:value|name:value`, or any text. */
export function readCustom(item: Fields): Fields | undefined {
  const custom = own(item, 'X-Mailin-custom')
  return (
    jsonFields(custom) ??
    (typeof custom === 'string' && custom !== '' ? readPairs(custom) : undefined)
  )
}

const pairsMax = 100

function readPairs(text: string): Fields {
  const pairs = text.split('|', pairsMax + 1)
  const out: Record<string, unknown> = {}
  for (const pair of pairs) {
    const colon = pair.indexOf(':')
    const name = pair.slice(0, colon).trim()
    // An address of a page is one text, and so is whatever is longer than a header of names and values.
    if (colon < 1 || pair.startsWith('//', colon + 1) || pairs.length > pairsMax)
      return { custom: text }
    out[name] = pair.slice(colon + 1).trim()
  }
  return out
}

/** `tags` is a list; `tag` the text of a JSON list, a list, or one label. */
function readTags(item: Fields): unknown {
  const tags = own(item, 'tags') ?? own(item, 'tag')
  if (typeof tags !== 'string' || !tags.startsWith('[')) return tags
  try {
    return JSON.parse(tags) as unknown
  } catch {
    return tags
  }
}

export function messageProperties(
  item: Fields,
  event: string,
  custom: Fields | undefined,
  copier: Copier,
): Record<string, JsonValue> {
  return mailProperties(
    {
      recipient: own(item, 'email'),
      messageId: own(item, 'message-id'),
      tags: readTags(item),
      campaign: ownText(item, 'campaign name') ?? own(item, 'camp_id'),
      subject: own(item, 'subject'),
      url: own(item, 'link') ?? own(item, 'URL'),
      userAgent: own(item, 'user_agent'),
      response: own(item, 'reason'),
      refusal: brevoRefusal(item, event),
    },
    [custom, otherFields(item, ownNames)],
    copier,
  )
}
