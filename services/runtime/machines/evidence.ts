import { fnv1a } from '../digest/fnv1a.ts'
import type { RoutedEvent } from '../event/event.ts'
import type { EventType } from '../event/vocabulary.ts'

/** What an event can say about the pace of whoever made it. */
export type Evidence = 'click' | 'delivery' | 'view'

/**
 * What people do by hand and machines do by the hundred. Orders, sign-ups and answers are not here: they are too dear to be left out by
 * their pace alone. Nor is what a company makes itself, in bulk: mail sent, contacts updated.
 */
const evidence: ReadonlyMap<EventType, Evidence> = new Map<EventType, Evidence>([
  ['email_clicked', 'click'],
  ['email_delivered', 'delivery'],
  ['email_opened', 'view'],
  ['page_viewed', 'view'],
  ['screen_viewed', 'view'],
  ['product_viewed', 'view'],
  ['product_added', 'view'],
  ['product_removed', 'view'],
  ['cart_viewed', 'view'],
  ['searched', 'view'],
])

const minuteMs = 60_000

/**
 * An event's part in the rules about machines; undefined: none. A time on the full minute is none, since sources that know no more than
 * minutes or days would make a burst of everybody (it costs one real second in sixty); nor is a time that is only that of arrival.
 */
export function evidenceOf({ type, occurredAt, receivedAt }: RoutedEvent): Evidence | undefined {
  const kind = evidence.get(type)
  if (kind === undefined || occurredAt === receivedAt || occurredAt % minuteMs === 0)
    return undefined
  return kind
}

/** Property of a click that stands for its link: so many characters of a keyed digest, since links hold names and tokens. */
export const linkProperty = 'link_digest'
export const linkDigestLength = 8

/** The link of a click; null: the source names none. */
export function linkOf({ properties }: RoutedEvent): string | null {
  const link = properties[linkProperty]
  return typeof link === 'string' && link.length === linkDigestLength ? link : null
}

/** The message that a delivery or a click is about, as 32 bits (FNV-1a); null: the source names none. */
export function messageOf({ properties }: RoutedEvent): number | null {
  const id = properties['message_id']
  return typeof id !== 'string' || id === '' ? null : fnv1a(id)
}

/** Number of the window that a time lies in. */
export const windowOf = (at: number, withinMs: number): number => Math.floor(at / withinMs)
