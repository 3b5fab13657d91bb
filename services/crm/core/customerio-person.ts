import { purposeOf, readConsent } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  idText,
  isFields,
  isRejection,
  isSafeName,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import { parseJsonText } from './json-text.ts'

/**
 * The person of a webhook: `identifiers` (`customer_id` is its older form). `id` is the company's own, so a `user_id`; Customer.io's own
 * `cio_id` counts when the identity policy has a type of that name. The recipient says who it was only where no address is named:
 * a transactional message may go to somebody else's.
 */
export function webhookPerson(
  item: Fields,
  data: Fields,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const known = ownFields(data, 'identifiers')
  const out: RawIdentifier[] = []
  const id = idText((known && own(known, 'id')) ?? own(data, 'customer_id'), 'identifiers.id')
  if (isRejection(id)) return id
  if (id !== undefined) out.push({ type: 'user_id', value: id })
  const canonical = known && ownText(known, 'cio_id')
  if (canonical !== undefined && types.has('cio_id')) out.push({ type: 'cio_id', value: canonical })
  const object = ownText(item, 'object_type')
  const recipient = ownText(data, 'recipient')
  // A message that was not sent yet may still have the template in place of the address.
  const reached = recipient?.includes('{{') === true ? undefined : recipient
  const email =
    (known && ownText(known, 'email')) ??
    ownText(data, 'email_address') ??
    (object === 'email' ? reached : undefined)
  if (email !== undefined) out.push({ type: 'email', value: email })
  if ((object === 'sms' || object === 'whatsapp') && reached !== undefined)
    out.push({ type: 'phone', value: reached })
  return out
}

const preferencesMax = 20_000

const topicPrefix = 'topic_'

/** `topic_1` is the category `topic:1`; of the channels, e-mail is the one that has a purpose of ours. */
const topicCategory = (name: string): string =>
  `topic:${name.startsWith(topicPrefix) ? name.slice(topicPrefix.length) : name}`
const channelCategory = (name: string): string =>
  name === 'email' ? 'email_marketing' : `channel:${name}`

/** `content` of a change of preferences: `{"topics": {"topic_1": true}, "channels": {"email": false}}`, as text. */
export function preferences(
  content: unknown,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const out: Record<string, ConsentState> = {}
  const parsed = typeof content === 'string' ? parseJsonText(content, preferencesMax) : content
  if (!isFields(parsed)) return out
  const read = (part: string, category: (name: string) => string): void => {
    const answers = ownFields(parsed, part)
    if (answers === undefined) return
    for (const name of Object.keys(answers)) {
      const state = readConsent(answers[name])
      const purpose = purposeOf(category(name), purposes)
      if (state === undefined || !isSafeName(purpose)) continue
      // Several topics may stand for one purpose: it is granted only when each of them is.
      if (out[purpose] !== 'denied') out[purpose] = state
    }
  }
  read('topics', topicCategory)
  read('channels', channelCategory)
  return out
}
