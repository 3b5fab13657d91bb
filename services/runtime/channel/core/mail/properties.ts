import type { JsonValue } from '../../../event/event.ts'
import { type Copier, type Fields, isSafeName } from '../fields.ts'
import type { Refusal } from './refusal.ts'

/** What the event of a message says beside whom and when, in names that all e-mail vendors share. Values are copied within limits. */
export interface MailFacts {
  readonly recipient: unknown
  readonly messageId: unknown
  /** One label or several, by which the sender groups messages. */
  readonly tags?: unknown
  readonly campaign?: unknown
  readonly subject?: unknown
  /** The link of a click. */
  readonly url?: unknown
  readonly userAgent?: unknown
  readonly ip?: unknown
  /** SMTP status, and what the receiving server said. */
  readonly status?: unknown
  readonly response?: unknown
  readonly refusal?: Partial<Refusal> | undefined
}

const isEmpty = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || value === ''

/**
 * The properties of a message's event: the sender's own arguments (`custom`, each level of precedence in turn, later ones win) under their
 * own names, then the facts under ours, `tags` always a list.
 */
export function mailProperties(
  facts: MailFacts,
  custom: readonly (Fields | undefined)[],
  copier: Copier,
): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  const put = (name: string, value: unknown): void => {
    const copied = isSafeName(name) ? copier.copy(value) : undefined
    if (copied !== undefined && !isEmpty(copied)) out[name] = copied
  }
  for (const fields of custom)
    if (fields) for (const name of Object.keys(fields)) put(name, fields[name])
  put('message_id', facts.messageId)
  put('recipient', facts.recipient)
  put('campaign', facts.campaign)
  put('subject', facts.subject)
  put('url', facts.url)
  put('user_agent', facts.userAgent)
  put('ip', facts.ip)
  put('status', facts.status)
  put('response', facts.response)
  out['tags'] = copier.copy(asTags(facts.tags)) ?? []
  put('bounce_class', facts.refusal?.bounceClass)
  put('reject_reason', facts.refusal?.rejectReason)
  return out
}

const asTags = (tags: unknown): readonly unknown[] =>
  Array.isArray(tags)
    ? tags.filter((tag) => tag !== null && tag !== '')
    : tags === undefined || tags === null || tags === ''
      ? []
      : [tags]
